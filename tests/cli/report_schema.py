"""The report of a good and of a failed build against data/report.schema.json: report_schema.py HWB VENV. TAP."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HWB, VENV = os.path.abspath(sys.argv[1]), sys.argv[2]
VALIDATE = "import json, sys, jsonschema; jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))"
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "hostile"\nversion = "1.0"\n'


def main():
    failed = 0
    schema = os.path.join(HERE, "..", "..", "data", "report.schema.json")
    for number, (mode, code) in enumerate((("wheel_only", 0), ("symlink", 6)), 1):
        with tempfile.TemporaryDirectory() as top:
            source = os.path.join(top, "src")
            os.mkdir(source)
            for path in glob.glob(os.path.join(HERE, "..", "hostile", "backend*.py")) + [os.path.join(HERE, "..", "hostile", "probe.py")]:
                shutil.copy(path, source)
            with open(os.path.join(source, "backend.py"), "a") as file:
                file.write("\n\ndef wheel_only(out):\n    wheel(out)\n")
            open(os.path.join(source, "pyproject.toml"), "w").write(PYPROJECT)
            report = os.path.join(top, "report.json")
            env = {"PATH": os.environ["PATH"], "HOME": top, "HWB_SCAN": "report"}  # a hostile backend
            run = subprocess.run([HWB, "build", "-q", "--wheel", "--no-index", "-C", "mode=" + mode, "--report", report, source], env=env,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            check = subprocess.run([os.path.join(VENV, "bin", "python"), "-c", VALIDATE, report, schema], stderr=subprocess.PIPE)
            good = run.returncode == code and check.returncode == 0 and json.load(open(report))["exit"]["code"] == code
            if not good:
                failed += 1
                print("# " + (run.stderr + check.stderr).decode(errors="replace")[-800:].replace("\n", "\n# "))
            print("%sok %d - the report of a build that ends with %d follows its schema" % ("" if good else "not ", number, code))
            subprocess.run(["chmod", "-R", "u+w", top])
    print("1..2")
    return 1 if failed else 0


sys.exit(main())
