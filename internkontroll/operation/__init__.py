"""Drift: what an operations department does with the program, outside the screen.

- settings, facts, doctor: whether the installation is fit to be used
- server: the web server of a real installation
- backup: one file that holds everything, and the way back
"""
