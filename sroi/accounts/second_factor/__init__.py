"""The secrets of second factors, sealed with keys of their own; what to do where none opens one."""
