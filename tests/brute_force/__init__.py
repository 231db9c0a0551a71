"""An oracle for small instances that shares nothing with the model or the verifier, and a generator of instances."""
