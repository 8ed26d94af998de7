"""Maps: classes and their colours, the drawing, and the file that holds one."""
