"""Users, sign-in without passwords, roles and their territories."""
