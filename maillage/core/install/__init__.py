"""What `bin/setup` does on a bare machine. Standard library only: nothing else is there yet."""
