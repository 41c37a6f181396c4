"""The register of fulfilments: the list, its file, and the page of one."""
