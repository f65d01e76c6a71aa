from tests.browser import browser, open_page
from tests.sharing import built_demo, compile_each_template_once

__all__ = ["browser", "built_demo", "compile_each_template_once", "open_page"]
