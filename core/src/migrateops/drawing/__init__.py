"""The history as a picture: lanes for its lines, and text, Mermaid, SVG and a page made from them."""
