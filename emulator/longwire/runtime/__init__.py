"""Lambda's side: execution environments, as many as invocations ask for."""
