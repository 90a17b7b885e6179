"""Services whose requests are signed, and the services of China; one module each, `actions` for what many share."""
