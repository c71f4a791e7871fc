"""The course as a web site: static pages that need neither a server nor a network."""
