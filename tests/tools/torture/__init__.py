"""What becomes of a register when its surroundings fail: killed, full, slow, gone, upgraded.

`make torture` goes through all of it on both databases and writes what it found to
`docs/proof/torture.md`; `tests/sroi/torture/` holds the short forms.
"""
