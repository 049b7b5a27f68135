#include <Python.h>

static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, "hwb_example_c", NULL, -1, NULL, NULL, NULL, NULL, NULL };

PyMODINIT_FUNC PyInit_hwb_example_c(void)
{
	return PyModule_Create(&module);
}
