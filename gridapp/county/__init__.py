"""The county server. It knows the models and the protocol, nothing of the laptop."""
