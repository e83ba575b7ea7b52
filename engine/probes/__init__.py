"""What the machine is doing: its host, its GPUs, its processes.

Pure parsers and arithmetic stand apart from the thin edges that open files, call libraries and run
programs. Importing any module here loads neither psutil nor a GPU library: the objects do, when
they are made or first asked.
"""
