"""I and M: who the wheel is, and what its metadata says (reference/wheel-checks.md 3.2, 3.3)."""
from case import case, made
from demo import Demo


def headers(*pairs, **more):
    demo = Demo(**more)
    for key, value in pairs:
        demo.set(key, value)
    return made(demo)


def appended(*lines):
    """Header lines as they are, behind the others."""
    demo = Demo()
    head, _, body = demo.metadata.partition("\n\n")
    demo.metadata = head + "\n" + "".join(lines) + "\n" + body
    return made(demo)


def wheel_file(edit, **more):
    demo = Demo(**more)
    demo.wheel = edit(demo.wheel)
    return made(demo)


@case
def i01_capital():
    demo = Demo(name="Demo")
    demo.info = "Demo-1.0.dist-info"
    return made(demo)


@case
def i01_version_not_canonical():
    demo = Demo(version="01.0")
    demo.info = "demo-01.0.dist-info"
    return made(demo)


@case
def i01_four_parts():
    return "demo-1.0-py3-none.whl", Demo().build_archive()


@case
def i01_build_without_digit():
    return made(Demo(build="x1"))


@case
def i02_two():
    return made(Demo().add("other-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"))


@case
def i02_none():
    demo = Demo()
    demo.info = "demo/info"
    return made(demo)


@case
def i02_other_version():
    return "demo-1.1-py3-none-any.whl", Demo().build_archive()


@case
def i02_data_of_another():
    return made(Demo().add("other-1.0.data/scripts/tool", b"#!python\n", mode=0o100755))


@case
def i03_name():
    return headers(("Name", "other"))


@case
def i03_version():
    return headers(("Version", "9.9"))


@case
def i04_tag():
    return wheel_file(lambda text: text.replace("py3-none-any", "cp312-cp312-linux_x86_64"))


@case
def i04_no_tag():
    return wheel_file(lambda text: text.replace("Tag: py3-none-any\n", ""))


@case
def i04_one_of_two():
    return wheel_file(lambda text: text.replace("Tag: py2-none-any\n", ""), tag="py2.py3-none-any")


@case
def i04_build():
    return wheel_file(lambda text: text.replace("Build: 1", "Build: 2"), build="1")


@case
def i04_purelib():
    return wheel_file(lambda text: text.replace("true", "maybe"))


@case
def i05_two():
    return wheel_file(lambda text: text.replace("Wheel-Version: 1.0", "Wheel-Version: 2.0"))


@case
def i05_word():
    return wheel_file(lambda text: text.replace("Wheel-Version: 1.0", "Wheel-Version: one"))


@case
def i05_missing():
    return wheel_file(lambda text: text.replace("Wheel-Version: 1.0\n", ""))


@case
def i05_later_minor():
    return wheel_file(lambda text: text.replace("Wheel-Version: 1.0", "Wheel-Version: 1.9"))


@case
def i06_linux():
    return made(Demo(tag="cp311-cp311-linux_x86_64"))


@case
def i06_linux_when_built():
    return made(Demo(tag="cp311-cp311-linux_x86_64"))


@case
def i06_unknown_arch():
    return made(Demo(tag="cp311-cp311-manylinux_2_17_sparc"))


@case
def i06_macosx():
    return made(Demo(tag="cp311-cp311-macosx_11_3_arm64"))


@case
def i07_two_names():
    return appended("Name: demo\n")


@case
def i07_two_wheel_versions():
    return wheel_file(lambda text: text + "Wheel-Version: 1.0\n")


@case
def i07_tag_behind_a_blank_line():
    return wheel_file(lambda text: text.replace("Tag:", "\nTag:"))


@case
def i07_lone_return():
    return appended("Author: a\rRequires-Dist: evil\n")


@case
def i07_nul():
    return appended("Author: a\0b\n")


@case
def i07_not_utf8():
    demo = Demo()
    demo.metadata = demo.metadata.encode().replace(b"A wheel for tests\n", b"\xff\xfe\n", 1)
    return made(demo)


@case
def i07_byte_order_mark():
    demo = Demo()
    demo.metadata = "\ufeff" + demo.metadata
    return made(demo)


@case
def i07_too_long():
    demo = Demo()
    demo.metadata += "".join("line %d of a long story\n" % n for n in range(50_000))
    return made(demo)


@case
def m01_licence_before_its_time():
    return headers(("Metadata-Version", "2.1"))


@case
def m01_unknown_version():
    return headers(("Metadata-Version", "9.9"))


@case
def m01_newer_than_the_index():
    return headers(("Metadata-Version", "2.6"))


@case
def m01_unknown_field():
    return headers(("Colour", "blue"))


@case
def m02_url():
    return headers(("Requires-Dist", "x @ https://example.org/x-1.0-py3-none-any.whl"))


@case
def m02_requirement():
    return headers(("Requires-Dist", "x (>=1"))


@case
def m02_python():
    return headers(("Requires-Python", "banana"))


@case
def m02_extra():
    return headers(("Provides-Extra", "a b"))


@case
def m02_local_version():
    demo = Demo(version="1.0+local")
    demo.info, demo.data = "demo-1.0+local.dist-info", "demo-1.0+local.data"
    demo.set("Version", "1.0+local")
    return made(demo)


@case
def m03_not_a_licence():
    return headers(("License-Expression", "Not A License"))


@case
def m03_unknown_licence():
    return headers(("License-Expression", "MIT OR Nonesuch-1.0"))


@case
def m03_file_missing():
    return headers(("License-File", "COPYING"))


@case
def m03_file_outside():
    return headers(("License-File", "../../demo/__init__.py"))


@case
def m03_both_ways():
    return headers(("Classifier", "License :: OSI Approved :: MIT License"))


@case
def m04_dynamic_name():
    return headers(("Dynamic", "Name"))


@case
def m05_classifier():
    return headers(("Classifier", "Nonsense :: Here"))


@case
def m05_private():
    return headers(("Classifier", "Private :: Do Not Upload"))


@case
def m05_summary():
    return headers(("Summary", "a" * 513))


@case
def m05_label():
    return headers(("Project-URL", "a" * 33 + ", https://example.org/"))


@case
def m05_url():
    return headers(("Project-URL", "Home, javascript:alert(1)"))


@case
def m06_content_type():
    return headers(("Description-Content-Type", "text/html"))


@case
def m06_charset():
    return headers(("Description-Content-Type", "text/markdown; charset=latin-1"))


@case
def m06_variant():
    return headers(("Description-Content-Type", "text/markdown; variant=Mine"))


def described(content_type, text):
    demo = Demo().set("Description-Content-Type", content_type)
    demo.metadata = demo.metadata.partition("\n\n")[0] + "\n\n" + text
    return made(demo)


@case
def m11_not_sure_to_render():
    return described("text/x-rst", "a_\n\n.. target-notes::\n\n.. _a: https://a.example\n")


@case
def m16_does_not_render():
    return described("text/x-rst; charset=UTF-8", "Demo\n====\n\nCall :func:`demo`.\n")


@case
def m16_markdown_without_a_type():
    return described(None, "# Demo\n\n```python\nimport demo\n\ndemo.run()\n```\n")


@case
def m16_renders():
    return described("text/x-rst", "Demo\n====\n\n.. code-block:: python\n\n   import demo\n\nSee `the page`_.\n\n.. _the page: https://a.example\n")


@case
def m16_renders_without_a_type():
    return described(None, "Demo: *one* module.\n")


@case
def m16_markdown_is_not_read():
    return described("text/markdown", "``x\n")


@case
def m07_import_name():
    return headers(("Metadata-Version", "2.5"), ("Import-Name", "another"))


@case
def m08_sbom_of_no_kind():
    return made(Demo().add("demo-1.0.dist-info/sboms/sbom.txt", b"hello\n"))


@case
def m08_sbom_that_does_not_parse():
    return made(Demo().add("demo-1.0.dist-info/sboms/sbom.json", b"{\"a\": \n"))


@case
def m15_undeclared_extra():
    return appended("Requires-Dist: six; python_version > '3.8' and extra == 'fast'\n")


@case
def m15_declared_extra():
    return appended("Provides-Extra: Fast-Path\n", "Requires-Dist: six; extra == 'fast_path'\n")
