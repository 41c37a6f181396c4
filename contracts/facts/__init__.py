"""What was registered is put right: facts of a contractor and of a contract, whose contract it is,
and who looks after it.
"""
