"""The AWS services that handlers call, by moto in a process of its own."""
