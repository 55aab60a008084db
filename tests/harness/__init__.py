"""What the system tests stand on: real servers, real workers, and ways to look at them."""
