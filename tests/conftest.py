from tests.browser import browser, open_page
from tests.sharing import built_demo, compile_each_template_once, draw_again, draw_each_picture_once

__all__ = ["browser", "built_demo", "compile_each_template_once", "draw_again", "draw_each_picture_once", "open_page"]
