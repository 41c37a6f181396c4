"""The pages on which annual and progress reports are read."""
