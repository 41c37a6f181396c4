#!/usr/bin/env python
import gc
import os
import sys

if __name__ == "__main__":
    # What is loaded at the start stays: looking through it for rubbish takes a fifth of the time.
    gc.set_threshold(50_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sroi.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
