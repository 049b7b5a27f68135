# bash completion for hwb
# Made by `hwb debug completion bash`: change the tables of hwb instead.

_hwb_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_hwb_paths() {
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_hwb_options() {
	case $1 in
	build) _hwb_words "--wheel --sdist --out-dir --outdir --output --wheel-dir -o --config-setting --config-settings -C --config-json --python -p --build-constraint --build-constraints --dependency-constraints-txt -b --offline --index-url --default-index -i --index --index-package --find-links -f --no-index --exclude-newer --min-age --unknown-requires --pre --allow-requires --build-deps --locked --lock --require-hashes --no-require-hashes --no-lock --allow-read --allow-host --allow-network --allow-url --env --isolation --image --platform --pull --no-isolation --no-build-isolation -n --trust-project --keep --keep-archive --sbom --embed-sbom --scan --audit --service-url --osv-url --ignore --ignore-vuln --ignore-until-fixed --profile --allow --deny --fail-on --netrc --keyring-provider --cert --proxy --limit --report --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	lock) _hwb_words "--output-file -o --check --upgrade -U --upgrade-package -P --static --universal --python-version --python-platform --config-setting --config-settings -C --python -p --build-constraint --build-constraints --dependency-constraints-txt -b --offline --index-url --default-index -i --index --index-package --find-links -f --no-index --exclude-newer --min-age --unknown-requires --pre --allow-requires --build-deps --allow-read --allow-host --allow-network --allow-url --env --isolation --image --pull --trust-project --scan --allow --deny --fail-on --netrc --keyring-provider --cert --proxy --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	scan) _hwb_words "--baseline --json --sarif --github --offline --index-url --default-index -i --index --index-package --find-links -f --no-index --exclude-newer --min-age --pre --allow --deny --fail-on --netrc --keyring-provider --cert --proxy --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	check) _hwb_words "--json --sarif --github --profile --allow --deny --fail-on --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	audit) _hwb_words "--import --json --sarif --github --offline --service-url --osv-url --ignore --ignore-vuln --ignore-until-fixed --profile --allow --deny --fail-on --cert --proxy --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	inspect) _hwb_words "--limit --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	sbom) _hwb_words "--format --output -o --embed --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	publish) _hwb_words "--registry --repository -r --repository-url --publish-url --s3-endpoint --s3-region --check-url --skip-existing --dry-run --username -u --password-stdin --password --token -p --trusted-publisher --trusted-publishing --attestations --allow-http --json --allow --deny --fail-on --netrc --keyring-provider --cert --proxy --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	fetch) _hwb_words "--wheel --sdist --out-dir --outdir --output --wheel-dir -o --config-setting --config-settings -C --config-json --python -p --build-constraint --build-constraints --dependency-constraints-txt -b --offline --index-url --default-index -i --index --index-package --find-links -f --no-index --exclude-newer --min-age --unknown-requires --pre --allow-requires --build-deps --locked --lock --require-hashes --no-require-hashes --no-lock --allow-read --allow-host --allow-network --allow-url --env --isolation --image --platform --pull --no-isolation --no-build-isolation -n --trust-project --keep --keep-archive --sbom --embed-sbom --scan --audit --service-url --osv-url --ignore --ignore-vuln --ignore-until-fixed --profile --allow --deny --fail-on --netrc --keyring-provider --cert --proxy --limit --report --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	shell) _hwb_words "--command --config-setting --config-settings -C --python -p --build-constraint --build-constraints --dependency-constraints-txt -b --offline --index-url --default-index -i --index --index-package --find-links -f --no-index --exclude-newer --min-age --unknown-requires --pre --allow-requires --allow-read --allow-host --allow-network --allow-url --env --isolation --trust-project --netrc --keyring-provider --cert --proxy --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	log) _hwb_words "--head --from-seq --run --last --event --package --since --ecs --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	respond) _hwb_words "--registry -r --since --check-url --out-dir -o --json --offline --index --cert --proxy --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	redact) _hwb_words "--mask-file --add-mask-from-env --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	cache) _hwb_words "--max-size --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	credential) _hwb_words "--username -u --index-url --default-index -i --index --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	doctor) _hwb_words "--isolation --image --pull --python -p --publish --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	init) _hwb_words "--github --gitlab --registry -r --environment --action --force --json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	debug) _hwb_words "--env --allow-read --limit --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	version) _hwb_words "--json --quiet -q --verbose -v --color --colour --no-progress --cache-dir --no-config --help -h " ;;
	esac
}

# Fails for an option that takes no value.
_hwb_value() {
	case "$1 $2" in
	"build --out-dir=" | "build --out-dir") _hwb_paths -d ;;
	"build --outdir=" | "build --outdir") _hwb_paths -d ;;
	"build --output=" | "build --output") _hwb_paths -d ;;
	"build --wheel-dir=" | "build --wheel-dir") _hwb_paths -d ;;
	"build -o") _hwb_paths -d ;;
	"build --config-setting=" | "build --config-setting") : ;;
	"build --config-settings=" | "build --config-settings") : ;;
	"build -C") : ;;
	"build --config-json=" | "build --config-json") : ;;
	"build --python=" | "build --python") _hwb_paths -f ;;
	"build -p") _hwb_paths -f ;;
	"build --build-constraint=" | "build --build-constraint") _hwb_paths -f ;;
	"build --build-constraints=" | "build --build-constraints") _hwb_paths -f ;;
	"build --dependency-constraints-txt=" | "build --dependency-constraints-txt") _hwb_paths -f ;;
	"build -b") _hwb_paths -f ;;
	"build --index-url=" | "build --index-url") : ;;
	"build --default-index=" | "build --default-index") : ;;
	"build -i") : ;;
	"build --index=" | "build --index") : ;;
	"build --index-package=" | "build --index-package") : ;;
	"build --find-links=" | "build --find-links") _hwb_paths -d ;;
	"build -f") _hwb_paths -d ;;
	"build --exclude-newer=" | "build --exclude-newer") : ;;
	"build --min-age=" | "build --min-age") : ;;
	"build --unknown-requires=" | "build --unknown-requires") _hwb_words "allow warn deny" ;;
	"build --build-deps=" | "build --build-deps") _hwb_words "wheels any" ;;
	"build --lock=" | "build --lock") _hwb_paths -f ;;
	"build --allow-read=" | "build --allow-read") _hwb_paths -f ;;
	"build --allow-host=" | "build --allow-host") : ;;
	"build --allow-network=" | "build --allow-network") : ;;
	"build --allow-url=" | "build --allow-url") : ;;
	"build --env=" | "build --env") : ;;
	"build --isolation=" | "build --isolation") _hwb_words "auto sandbox container landlock" ;;
	"build --image=" | "build --image") : ;;
	"build --platform=" | "build --platform") : ;;
	"build --sbom=" | "build --sbom") _hwb_words "cyclonedx spdx both none" ;;
	"build --scan=" | "build --scan") _hwb_words "stop report off" ;;
	"build --audit=") _hwb_words "stop report off" ;;
	"build --service-url=" | "build --service-url") : ;;
	"build --osv-url=" | "build --osv-url") : ;;
	"build --ignore=" | "build --ignore") : ;;
	"build --ignore-vuln=" | "build --ignore-vuln") : ;;
	"build --ignore-until-fixed=" | "build --ignore-until-fixed") : ;;
	"build --profile=" | "build --profile") _hwb_words "build pypi strict" ;;
	"build --allow=" | "build --allow") : ;;
	"build --deny=" | "build --deny") : ;;
	"build --fail-on=" | "build --fail-on") _hwb_words "error warning" ;;
	"build --netrc=") _hwb_paths -f ;;
	"build --keyring-provider=" | "build --keyring-provider") _hwb_words "disabled subprocess" ;;
	"build --cert=" | "build --cert") _hwb_paths -f ;;
	"build --proxy=" | "build --proxy") : ;;
	"build --limit=" | "build --limit") : ;;
	"build --report=" | "build --report") _hwb_paths -f ;;
	"build --color=" | "build --color") _hwb_words "auto always never" ;;
	"build --colour=" | "build --colour") _hwb_words "auto always never" ;;
	"build --cache-dir=" | "build --cache-dir") _hwb_paths -d ;;
	"lock --output-file=" | "lock --output-file") _hwb_paths -f ;;
	"lock -o") _hwb_paths -f ;;
	"lock --upgrade-package=" | "lock --upgrade-package") : ;;
	"lock -P") : ;;
	"lock --python-version=" | "lock --python-version") : ;;
	"lock --python-platform=" | "lock --python-platform") : ;;
	"lock --config-setting=" | "lock --config-setting") : ;;
	"lock --config-settings=" | "lock --config-settings") : ;;
	"lock -C") : ;;
	"lock --python=" | "lock --python") _hwb_paths -f ;;
	"lock -p") _hwb_paths -f ;;
	"lock --build-constraint=" | "lock --build-constraint") _hwb_paths -f ;;
	"lock --build-constraints=" | "lock --build-constraints") _hwb_paths -f ;;
	"lock --dependency-constraints-txt=" | "lock --dependency-constraints-txt") _hwb_paths -f ;;
	"lock -b") _hwb_paths -f ;;
	"lock --index-url=" | "lock --index-url") : ;;
	"lock --default-index=" | "lock --default-index") : ;;
	"lock -i") : ;;
	"lock --index=" | "lock --index") : ;;
	"lock --index-package=" | "lock --index-package") : ;;
	"lock --find-links=" | "lock --find-links") _hwb_paths -d ;;
	"lock -f") _hwb_paths -d ;;
	"lock --exclude-newer=" | "lock --exclude-newer") : ;;
	"lock --min-age=" | "lock --min-age") : ;;
	"lock --unknown-requires=" | "lock --unknown-requires") _hwb_words "allow warn deny" ;;
	"lock --build-deps=" | "lock --build-deps") _hwb_words "wheels any" ;;
	"lock --allow-read=" | "lock --allow-read") _hwb_paths -f ;;
	"lock --allow-host=" | "lock --allow-host") : ;;
	"lock --allow-network=" | "lock --allow-network") : ;;
	"lock --allow-url=" | "lock --allow-url") : ;;
	"lock --env=" | "lock --env") : ;;
	"lock --isolation=" | "lock --isolation") _hwb_words "auto sandbox container landlock" ;;
	"lock --image=" | "lock --image") : ;;
	"lock --scan=" | "lock --scan") _hwb_words "stop report off" ;;
	"lock --allow=" | "lock --allow") : ;;
	"lock --deny=" | "lock --deny") : ;;
	"lock --fail-on=" | "lock --fail-on") _hwb_words "error warning" ;;
	"lock --netrc=") _hwb_paths -f ;;
	"lock --keyring-provider=" | "lock --keyring-provider") _hwb_words "disabled subprocess" ;;
	"lock --cert=" | "lock --cert") _hwb_paths -f ;;
	"lock --proxy=" | "lock --proxy") : ;;
	"lock --limit=" | "lock --limit") : ;;
	"lock --color=" | "lock --color") _hwb_words "auto always never" ;;
	"lock --colour=" | "lock --colour") _hwb_words "auto always never" ;;
	"lock --cache-dir=" | "lock --cache-dir") _hwb_paths -d ;;
	"scan --baseline=" | "scan --baseline") _hwb_paths -f ;;
	"scan --index-url=" | "scan --index-url") : ;;
	"scan --default-index=" | "scan --default-index") : ;;
	"scan -i") : ;;
	"scan --index=" | "scan --index") : ;;
	"scan --index-package=" | "scan --index-package") : ;;
	"scan --find-links=" | "scan --find-links") _hwb_paths -d ;;
	"scan -f") _hwb_paths -d ;;
	"scan --exclude-newer=" | "scan --exclude-newer") : ;;
	"scan --min-age=" | "scan --min-age") : ;;
	"scan --allow=" | "scan --allow") : ;;
	"scan --deny=" | "scan --deny") : ;;
	"scan --fail-on=" | "scan --fail-on") _hwb_words "error warning" ;;
	"scan --netrc=") _hwb_paths -f ;;
	"scan --keyring-provider=" | "scan --keyring-provider") _hwb_words "disabled subprocess" ;;
	"scan --cert=" | "scan --cert") _hwb_paths -f ;;
	"scan --proxy=" | "scan --proxy") : ;;
	"scan --limit=" | "scan --limit") : ;;
	"scan --color=" | "scan --color") _hwb_words "auto always never" ;;
	"scan --colour=" | "scan --colour") _hwb_words "auto always never" ;;
	"scan --cache-dir=" | "scan --cache-dir") _hwb_paths -d ;;
	"check --profile=" | "check --profile") _hwb_words "build pypi strict" ;;
	"check --allow=" | "check --allow") : ;;
	"check --deny=" | "check --deny") : ;;
	"check --fail-on=" | "check --fail-on") _hwb_words "error warning" ;;
	"check --limit=" | "check --limit") : ;;
	"check --color=" | "check --color") _hwb_words "auto always never" ;;
	"check --colour=" | "check --colour") _hwb_words "auto always never" ;;
	"check --cache-dir=" | "check --cache-dir") _hwb_paths -d ;;
	"audit --import=" | "audit --import") _hwb_paths -f ;;
	"audit --service-url=" | "audit --service-url") : ;;
	"audit --osv-url=" | "audit --osv-url") : ;;
	"audit --ignore=" | "audit --ignore") : ;;
	"audit --ignore-vuln=" | "audit --ignore-vuln") : ;;
	"audit --ignore-until-fixed=" | "audit --ignore-until-fixed") : ;;
	"audit --profile=" | "audit --profile") _hwb_words "build pypi strict" ;;
	"audit --allow=" | "audit --allow") : ;;
	"audit --deny=" | "audit --deny") : ;;
	"audit --fail-on=" | "audit --fail-on") _hwb_words "error warning" ;;
	"audit --cert=" | "audit --cert") _hwb_paths -f ;;
	"audit --proxy=" | "audit --proxy") : ;;
	"audit --limit=" | "audit --limit") : ;;
	"audit --color=" | "audit --color") _hwb_words "auto always never" ;;
	"audit --colour=" | "audit --colour") _hwb_words "auto always never" ;;
	"audit --cache-dir=" | "audit --cache-dir") _hwb_paths -d ;;
	"inspect --limit=" | "inspect --limit") : ;;
	"inspect --color=" | "inspect --color") _hwb_words "auto always never" ;;
	"inspect --colour=" | "inspect --colour") _hwb_words "auto always never" ;;
	"inspect --cache-dir=" | "inspect --cache-dir") _hwb_paths -d ;;
	"sbom --format=" | "sbom --format") _hwb_words "cyclonedx spdx" ;;
	"sbom --output=" | "sbom --output") _hwb_paths -d ;;
	"sbom -o") _hwb_paths -d ;;
	"sbom --limit=" | "sbom --limit") : ;;
	"sbom --color=" | "sbom --color") _hwb_words "auto always never" ;;
	"sbom --colour=" | "sbom --colour") _hwb_words "auto always never" ;;
	"sbom --cache-dir=" | "sbom --cache-dir") _hwb_paths -d ;;
	"publish --registry=" | "publish --registry") _hwb_words "pypi testpypi" ;;
	"publish --repository=" | "publish --repository") _hwb_words "pypi testpypi" ;;
	"publish -r") _hwb_words "pypi testpypi" ;;
	"publish --repository-url=" | "publish --repository-url") : ;;
	"publish --publish-url=" | "publish --publish-url") : ;;
	"publish --s3-endpoint=" | "publish --s3-endpoint") : ;;
	"publish --s3-region=" | "publish --s3-region") : ;;
	"publish --check-url=" | "publish --check-url") : ;;
	"publish --username=" | "publish --username") : ;;
	"publish -u") : ;;
	"publish --password=" | "publish --password") : ;;
	"publish --token=" | "publish --token") : ;;
	"publish -p") : ;;
	"publish --trusted-publisher=") _hwb_words "auto always never" ;;
	"publish --trusted-publishing=") _hwb_words "auto always never" ;;
	"publish --attestations=" | "publish --attestations") _hwb_paths -f ;;
	"publish --allow=" | "publish --allow") : ;;
	"publish --deny=" | "publish --deny") : ;;
	"publish --fail-on=" | "publish --fail-on") _hwb_words "error warning" ;;
	"publish --netrc=") _hwb_paths -f ;;
	"publish --keyring-provider=" | "publish --keyring-provider") _hwb_words "disabled subprocess" ;;
	"publish --cert=" | "publish --cert") _hwb_paths -f ;;
	"publish --proxy=" | "publish --proxy") : ;;
	"publish --limit=" | "publish --limit") : ;;
	"publish --color=" | "publish --color") _hwb_words "auto always never" ;;
	"publish --colour=" | "publish --colour") _hwb_words "auto always never" ;;
	"publish --cache-dir=" | "publish --cache-dir") _hwb_paths -d ;;
	"fetch --out-dir=" | "fetch --out-dir") _hwb_paths -d ;;
	"fetch --outdir=" | "fetch --outdir") _hwb_paths -d ;;
	"fetch --output=" | "fetch --output") _hwb_paths -d ;;
	"fetch --wheel-dir=" | "fetch --wheel-dir") _hwb_paths -d ;;
	"fetch -o") _hwb_paths -d ;;
	"fetch --config-setting=" | "fetch --config-setting") : ;;
	"fetch --config-settings=" | "fetch --config-settings") : ;;
	"fetch -C") : ;;
	"fetch --config-json=" | "fetch --config-json") : ;;
	"fetch --python=" | "fetch --python") _hwb_paths -f ;;
	"fetch -p") _hwb_paths -f ;;
	"fetch --build-constraint=" | "fetch --build-constraint") _hwb_paths -f ;;
	"fetch --build-constraints=" | "fetch --build-constraints") _hwb_paths -f ;;
	"fetch --dependency-constraints-txt=" | "fetch --dependency-constraints-txt") _hwb_paths -f ;;
	"fetch -b") _hwb_paths -f ;;
	"fetch --index-url=" | "fetch --index-url") : ;;
	"fetch --default-index=" | "fetch --default-index") : ;;
	"fetch -i") : ;;
	"fetch --index=" | "fetch --index") : ;;
	"fetch --index-package=" | "fetch --index-package") : ;;
	"fetch --find-links=" | "fetch --find-links") _hwb_paths -d ;;
	"fetch -f") _hwb_paths -d ;;
	"fetch --exclude-newer=" | "fetch --exclude-newer") : ;;
	"fetch --min-age=" | "fetch --min-age") : ;;
	"fetch --unknown-requires=" | "fetch --unknown-requires") _hwb_words "allow warn deny" ;;
	"fetch --build-deps=" | "fetch --build-deps") _hwb_words "wheels any" ;;
	"fetch --lock=" | "fetch --lock") _hwb_paths -f ;;
	"fetch --allow-read=" | "fetch --allow-read") _hwb_paths -f ;;
	"fetch --allow-host=" | "fetch --allow-host") : ;;
	"fetch --allow-network=" | "fetch --allow-network") : ;;
	"fetch --allow-url=" | "fetch --allow-url") : ;;
	"fetch --env=" | "fetch --env") : ;;
	"fetch --isolation=" | "fetch --isolation") _hwb_words "auto sandbox container landlock" ;;
	"fetch --image=" | "fetch --image") : ;;
	"fetch --platform=" | "fetch --platform") : ;;
	"fetch --sbom=" | "fetch --sbom") _hwb_words "cyclonedx spdx both none" ;;
	"fetch --scan=" | "fetch --scan") _hwb_words "stop report off" ;;
	"fetch --audit=") _hwb_words "stop report off" ;;
	"fetch --service-url=" | "fetch --service-url") : ;;
	"fetch --osv-url=" | "fetch --osv-url") : ;;
	"fetch --ignore=" | "fetch --ignore") : ;;
	"fetch --ignore-vuln=" | "fetch --ignore-vuln") : ;;
	"fetch --ignore-until-fixed=" | "fetch --ignore-until-fixed") : ;;
	"fetch --profile=" | "fetch --profile") _hwb_words "build pypi strict" ;;
	"fetch --allow=" | "fetch --allow") : ;;
	"fetch --deny=" | "fetch --deny") : ;;
	"fetch --fail-on=" | "fetch --fail-on") _hwb_words "error warning" ;;
	"fetch --netrc=") _hwb_paths -f ;;
	"fetch --keyring-provider=" | "fetch --keyring-provider") _hwb_words "disabled subprocess" ;;
	"fetch --cert=" | "fetch --cert") _hwb_paths -f ;;
	"fetch --proxy=" | "fetch --proxy") : ;;
	"fetch --limit=" | "fetch --limit") : ;;
	"fetch --report=" | "fetch --report") _hwb_paths -f ;;
	"fetch --color=" | "fetch --color") _hwb_words "auto always never" ;;
	"fetch --colour=" | "fetch --colour") _hwb_words "auto always never" ;;
	"fetch --cache-dir=" | "fetch --cache-dir") _hwb_paths -d ;;
	"shell --command=" | "shell --command") : ;;
	"shell --config-setting=" | "shell --config-setting") : ;;
	"shell --config-settings=" | "shell --config-settings") : ;;
	"shell -C") : ;;
	"shell --python=" | "shell --python") _hwb_paths -f ;;
	"shell -p") _hwb_paths -f ;;
	"shell --build-constraint=" | "shell --build-constraint") _hwb_paths -f ;;
	"shell --build-constraints=" | "shell --build-constraints") _hwb_paths -f ;;
	"shell --dependency-constraints-txt=" | "shell --dependency-constraints-txt") _hwb_paths -f ;;
	"shell -b") _hwb_paths -f ;;
	"shell --index-url=" | "shell --index-url") : ;;
	"shell --default-index=" | "shell --default-index") : ;;
	"shell -i") : ;;
	"shell --index=" | "shell --index") : ;;
	"shell --index-package=" | "shell --index-package") : ;;
	"shell --find-links=" | "shell --find-links") _hwb_paths -d ;;
	"shell -f") _hwb_paths -d ;;
	"shell --exclude-newer=" | "shell --exclude-newer") : ;;
	"shell --min-age=" | "shell --min-age") : ;;
	"shell --unknown-requires=" | "shell --unknown-requires") _hwb_words "allow warn deny" ;;
	"shell --allow-read=" | "shell --allow-read") _hwb_paths -f ;;
	"shell --allow-host=" | "shell --allow-host") : ;;
	"shell --allow-network=" | "shell --allow-network") : ;;
	"shell --allow-url=" | "shell --allow-url") : ;;
	"shell --env=" | "shell --env") : ;;
	"shell --isolation=" | "shell --isolation") _hwb_words "auto sandbox container landlock" ;;
	"shell --netrc=") _hwb_paths -f ;;
	"shell --keyring-provider=" | "shell --keyring-provider") _hwb_words "disabled subprocess" ;;
	"shell --cert=" | "shell --cert") _hwb_paths -f ;;
	"shell --proxy=" | "shell --proxy") : ;;
	"shell --limit=" | "shell --limit") : ;;
	"shell --color=" | "shell --color") _hwb_words "auto always never" ;;
	"shell --colour=" | "shell --colour") _hwb_words "auto always never" ;;
	"shell --cache-dir=" | "shell --cache-dir") _hwb_paths -d ;;
	"log --head=" | "log --head") : ;;
	"log --from-seq=" | "log --from-seq") : ;;
	"log --run=" | "log --run") : ;;
	"log --event=" | "log --event") : ;;
	"log --package=" | "log --package") : ;;
	"log --since=" | "log --since") : ;;
	"log --color=" | "log --color") _hwb_words "auto always never" ;;
	"log --colour=" | "log --colour") _hwb_words "auto always never" ;;
	"log --cache-dir=" | "log --cache-dir") _hwb_paths -d ;;
	"respond --registry=" | "respond --registry") _hwb_words "pypi testpypi" ;;
	"respond -r") _hwb_words "pypi testpypi" ;;
	"respond --since=" | "respond --since") : ;;
	"respond --check-url=" | "respond --check-url") : ;;
	"respond --out-dir=" | "respond --out-dir") _hwb_paths -d ;;
	"respond -o") _hwb_paths -d ;;
	"respond --index=" | "respond --index") : ;;
	"respond --cert=" | "respond --cert") _hwb_paths -f ;;
	"respond --proxy=" | "respond --proxy") : ;;
	"respond --limit=" | "respond --limit") : ;;
	"respond --color=" | "respond --color") _hwb_words "auto always never" ;;
	"respond --colour=" | "respond --colour") _hwb_words "auto always never" ;;
	"respond --cache-dir=" | "respond --cache-dir") _hwb_paths -d ;;
	"redact --mask-file=" | "redact --mask-file") _hwb_paths -f ;;
	"redact --add-mask-from-env=") : ;;
	"redact --color=" | "redact --color") _hwb_words "auto always never" ;;
	"redact --colour=" | "redact --colour") _hwb_words "auto always never" ;;
	"redact --cache-dir=" | "redact --cache-dir") _hwb_paths -d ;;
	"cache --max-size=" | "cache --max-size") : ;;
	"cache --color=" | "cache --color") _hwb_words "auto always never" ;;
	"cache --colour=" | "cache --colour") _hwb_words "auto always never" ;;
	"cache --cache-dir=" | "cache --cache-dir") _hwb_paths -d ;;
	"credential --username=" | "credential --username") : ;;
	"credential -u") : ;;
	"credential --index-url=" | "credential --index-url") : ;;
	"credential --default-index=" | "credential --default-index") : ;;
	"credential -i") : ;;
	"credential --index=" | "credential --index") : ;;
	"credential --color=" | "credential --color") _hwb_words "auto always never" ;;
	"credential --colour=" | "credential --colour") _hwb_words "auto always never" ;;
	"credential --cache-dir=" | "credential --cache-dir") _hwb_paths -d ;;
	"doctor --isolation=" | "doctor --isolation") _hwb_words "auto sandbox container landlock" ;;
	"doctor --image=" | "doctor --image") : ;;
	"doctor --python=" | "doctor --python") _hwb_paths -f ;;
	"doctor -p") _hwb_paths -f ;;
	"doctor --publish=") _hwb_paths -d ;;
	"doctor --color=" | "doctor --color") _hwb_words "auto always never" ;;
	"doctor --colour=" | "doctor --colour") _hwb_words "auto always never" ;;
	"doctor --cache-dir=" | "doctor --cache-dir") _hwb_paths -d ;;
	"init --registry=" | "init --registry") _hwb_words "pypi testpypi" ;;
	"init -r") _hwb_words "pypi testpypi" ;;
	"init --environment=" | "init --environment") : ;;
	"init --action=" | "init --action") : ;;
	"init --color=" | "init --color") _hwb_words "auto always never" ;;
	"init --colour=" | "init --colour") _hwb_words "auto always never" ;;
	"init --cache-dir=" | "init --cache-dir") _hwb_paths -d ;;
	"debug --env=" | "debug --env") : ;;
	"debug --allow-read=" | "debug --allow-read") _hwb_paths -f ;;
	"debug --limit=" | "debug --limit") : ;;
	"debug --color=" | "debug --color") _hwb_words "auto always never" ;;
	"debug --colour=" | "debug --colour") _hwb_words "auto always never" ;;
	"debug --cache-dir=" | "debug --cache-dir") _hwb_paths -d ;;
	"version --color=" | "version --color") _hwb_words "auto always never" ;;
	"version --colour=" | "version --colour") _hwb_words "auto always never" ;;
	"version --cache-dir=" | "version --cache-dir") _hwb_paths -d ;;
	*) return 1 ;;
	esac
}

_hwb_argument() {
	case $1 in
	build) _hwb_paths -f ;;
	lock) _hwb_paths -f ;;
	scan) _hwb_paths -f ;;
	check) _hwb_paths -f ;;
	audit) _hwb_paths -d ;;
	inspect) : ;;
	sbom) _hwb_paths -d ;;
	publish) _hwb_paths -f ;;
	fetch) _hwb_paths -f ;;
	shell) _hwb_paths -f ;;
	log) _hwb_words "show export verify path" ;;
	respond) _hwb_words "token-leak compromised" ;;
	redact) : ;;
	cache) _hwb_words "dir info clean gc" ;;
	credential) _hwb_words "add list remove" ;;
	doctor) : ;;
	init) _hwb_paths -d ;;
	debug) _hwb_words "toml-decode json-check zip-list record-check vectors hook python-facts scan-files rst-verdicts sandbox oidc completion" ;;
	version) : ;;
	help) _hwb_words "build lock scan check audit inspect sbom publish fetch shell log respond redact cache credential doctor init debug version" ;;
	esac
}

_hwb() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_hwb_words "build lock scan check audit inspect sbom publish fetch shell log respond redact cache credential doctor init debug version help --help --version"
		return
	fi
	# "--color=never" comes as three words.
	if [[ $cur == = ]]; then
		cur='' prev+='='
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}=
	fi
	if [[ " ${COMP_WORDS[*]:0:COMP_CWORD} " == *' -- '* ]]; then
		_hwb_paths -f
	elif _hwb_value "$command" "$prev"; then
		return
	elif [[ $cur == -* ]]; then
		_hwb_options "$command"
	else
		_hwb_argument "$command"
	fi
}

complete -F _hwb hwb
