"""The base page, components, tokens and custom elements; knows no word of the domain."""
