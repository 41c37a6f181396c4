"""What other programs read here as JSON: by token, in pages, and described as OpenAPI 3.1."""

# Raised with what is read: the first number stands in every address.
VERSION = "1.0.0"
ROOT = f"api/v{VERSION.partition('.')[0]}/"
