"""The gateway without its sockets: inputs in, effects out; no clock, no randomness, no I/O."""
