"""Build requirements as projects have them: what pins.py resolves with hwb and with uv, and what record.py records for it."""
DATE = "2026-11-01T00:00:00Z"
PYTHONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
SETS = [
    ["setuptools"], ["setuptools", "wheel"], ["setuptools>=61,<70", "wheel"], ["setuptools==68.*"], ["setuptools~=75.0"], ["hatchling"], ["hatchling<1.20"],
    ["hatchling", "hatch-vcs"], ["hatchling", "hatch-fancy-pypi-readme", "hatch-vcs"], ["hatchling>=1.18", "packaging<24"], ["setuptools", "numpy"],
    ["setuptools", "numpy<2", "cython<3"], ["setuptools", "cython>=3"], ["setuptools", "pybind11"], ["scikit-build-core", "nanobind"], ["scikit-build-core[pyproject]", "pybind11>=2.12"],
    ["maturin>=1,<2"], ["poetry-core"], ["poetry-core>=1.0.0,<2"], ["poetry-core", "poetry-dynamic-versioning"], ["flit-core>=3.2,<4"], ["flit-core<3"], ["pdm-backend"], ["uv-build"],
    ["setuptools", "versioneer[toml]==0.29"], ["setuptools", "cmake", "ninja"], ["meson-python"], ["meson-python", "numpy>=2", "cython>=3.0.6", "pybind11>=2.13"],
    ["setuptools", "setuptools-scm>=8"], ["setuptools>=45", "setuptools-scm[toml]>=6.2,<8"], ["setuptools", "setuptools-rust"], ["setuptools", "cffi>=1.12; platform_python_implementation != 'PyPy'"],
    ["pbr>=5.7", "setuptools>=64"], ["setuptools", "tomli; python_version < '3.11'", "pywin32; sys_platform == 'win32'"], ["setuptools>=77", "packaging!=26.0"], ["jupyter-packaging~=0.10"],
]
