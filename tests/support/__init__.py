"""What the tests of the models and the engine share: small instances, a readable LP text, an exact waterfall."""
