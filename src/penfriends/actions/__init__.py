"""Do: what changes the world, inside the caller's transaction. Nothing here commits or touches the network."""
