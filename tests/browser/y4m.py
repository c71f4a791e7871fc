"""A raw video file that Chromium takes for a camera (YUV4MPEG2)."""

from pathlib import Path

import cv2

from fercourse.live import draw_supplied_clip

RATE = 30
WIDTH, HEIGHT = 640, 480


def write_supplied_clip(path: Path) -> Path:
    """Write the supplied clip, in gray, as a camera would give it."""
    colors = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in draw_supplied_clip(RATE):
            image = cv2.resize(frame.image, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
            file.write(b"FRAME\n" + image.tobytes() + colors)
    return path
