"""Packages for boards: what `weft compile` writes, laid out as Arduino, Zephyr, ESP-IDF, CMSIS-Pack
and PlatformIO want libraries; needs neither NumPy nor the extension."""
