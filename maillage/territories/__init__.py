"""Communes, EPCI, départements, régions and QPV; locate, search, and the base map drawn from them."""
