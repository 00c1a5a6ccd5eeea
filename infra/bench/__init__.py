"""`make bench`: what the portal costs, against the marks of docs/performance.md. Never part of `make test`."""
