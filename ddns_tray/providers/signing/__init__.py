"""Signatures of requests: pure functions of the request, the keys, the time and a nonce.

`message` holds what the schemes share; each other module is one vendor's scheme, proven by the vendor's own examples.
Each scheme has two floors: a function that shows every step (`Signed`), and a function that makes an `auth.Auth` of it.
"""
