"""Makes `import weft` and the command `weft` work in the environment whose Python runs this.

    python .ci/link_package.py <folder that holds the staged package weft/>

A .pth line and a script are enough: nothing is copied, and no build starts at import.
"""

import sys
import sysconfig
from pathlib import Path

SCRIPT = """#!{python}
import sys

from weft.cli import main

sys.exit(main())
"""

staged = Path(sys.argv[1])
Path(sysconfig.get_path("purelib"), "weft-developer.pth").write_text(f"{staged}\n", "utf-8")
command = Path(sysconfig.get_path("scripts"), "weft")
command.write_text(SCRIPT.format(python=sys.executable), "utf-8")
command.chmod(0o755)
