from setuptools import Extension, setup

setup(packages=[], py_modules=["hwb_example"], ext_modules=[Extension("hwb_example_c", ["hwb_example_c.c"])])
