"""Services of the REST family, one module each, written like a page of the service's documentation."""
