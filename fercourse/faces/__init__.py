"""From a photo to a face."""
