"""What Sphinx is told about the book. `build.py` calls it; nothing here is about single pages."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Languages of the book: the code that is a folder of docs/, and what the switch shows.
LANGUAGES = {"en": "English", "zh": "中文"}

project = "Weft"
author = "The authors of Weft"
copyright = "the authors of Weft"
release = version = (HERE.parents[1] / "VERSION").read_text("utf-8").strip()
code = os.environ.get("WEFT_SITE_LANGUAGE", "en")
language = {"zh": "zh_CN"}.get(code, code)  # Sphinx's own words have the country's name
html_search_language = code
locale_dirs = [str(HERE / "locale")]  # what the theme has no words for

extensions = ["myst_parser"]
root_doc = "index"
source_suffix = {".md": "markdown"}
exclude_patterns = []
nitpicky = False  # signatures name types that have no page, such as `Any`

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_links_external_new_tab = False

html_theme = "furo"
html_title = f"Weft {release}"
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["weft.css"]
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/languages.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {
    "sidebar_hide_name": False,
    "light_css_variables": {"color-brand-primary": "#8a3b12", "color-brand-content": "#8a3b12"},
    "dark_css_variables": {"color-brand-primary": "#f0a878", "color-brand-content": "#f0a878"},
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
# A pass for what Markdown of the sources may do on GitHub, and a site does not need.
suppress_warnings = ["myst.header"]


def _languages(app, pagename, templatename, context, doctree):
    """The switch of languages: the same page of each site that was made."""
    made = os.environ.get("WEFT_SITE_LANGUAGES", "en").split(",")
    up = context["pathto"](root_doc).removesuffix(f"{root_doc}.html")
    home = up if code == "en" else up + "../"
    context["languages"] = [
        {
            "code": other,
            "name": LANGUAGES[other],
            "here": other == code,
            "link": f"{home}{'' if other == 'en' else other + '/'}{pagename}.html",
        }
        for other in made
    ]


def setup(app):
    sys.path.insert(0, str(HERE))
    from chinese_search import register

    register(app)
    app.connect("html-page-context", _languages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
