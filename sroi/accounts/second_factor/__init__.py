"""The secrets of second factors: sealed with keys of their own, and what to do where one cannot be read."""
