"""A CMSIS-Pack: the description `Vendor.name.pdsc`, and all of it zipped as
`Vendor.name.version.pack`."""

from weft._boards.layout import Layout

_DESCRIPTION = """\
<?xml version="1.0" encoding="UTF-8"?>
<package schemaVersion="1.7.7" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance"
         xs:noNamespaceSchemaLocation="PACK.xsd">
  <vendor>@vendor</vendor>
  <name>@name</name>
  <description>The network @name as C, made by Weft</description>
  <url>@url</url>
  <releases>
    <release version="@version" date="@date">The network @name</release>
  </releases>
  <keywords>
    <keyword>@name</keyword>
    <keyword>neural network</keyword>
  </keywords>
  <conditions>
    <condition id="Cortex-M">
      <description>A Cortex-M</description>
      <accept Dcore="Cortex-M*"/>
      <accept Dcore="SC*"/>
      <accept Dcore="Star*"/>
      <require Cclass="CMSIS" Cgroup="@cmsis_nn_group"/>
    </condition>
  </conditions>
  <components>
    <component Cclass="Machine Learning" Cgroup="Network" Csub="@name" Cversion="@version"
               condition="Cortex-M">
      <description>
        @flash bytes of weights, @arena bytes of arena, @work multiply-adds a run
      </description>
      <RTE_Components_h>
        #define RTE_WEFT_@NAME
      </RTE_Components_h>
      <files>
        <file category="doc" name="README.md"/>
        <file category="include" name="include/"/>
        <file category="header" name="include/@name.h"/>
        <file category="sourceC" name="src/@name.c"/>
        <file category="sourceC" name="check/@{name}_check.c" attr="template"
              select="Test on one input"/>
        <file category="header" name="check/@{name}_check.h" attr="template"
              select="Test on one input"/>
        <file category="sourceC" name="check/main.c" attr="template" select="Test on one input"/>
      </files>
    </component>
  </components>
</package>
"""

_MAIN = """\
/* Runs @name on one input and compares with the results that libweft gave for it. */
#include <stdio.h>

#include "@{name}_check.h"

int main(void)
{
  const int status = @{name}_check();
  printf("@name: %s\\n", status == 0 ? "as libweft" : "DIFFERS from libweft");
  return status;
}
"""

_README = """\
# @name

A network as a CMSIS-Pack. Install it (`cpackget add @vendor.@name.@version.pack`, or the pack
installer), choose the component *Machine Learning: Network: @name*, include `@name.h`, which says
what the functions take. The template *Test on one input* has a `main` that compares one run with
libweft's results.
"""

CMSIS_PACK = Layout(
    folder="@vendor.@name",
    code="src",
    header="include",
    check="check",
    files={
        "@vendor.@name.pdsc": _DESCRIPTION,
        "check/main.c": _MAIN,
        "README.md": _README,
    },
    flags_in_source=True,
    archive="@vendor.@name.@version.pack",
    has_cmsis_nn=True,
)
