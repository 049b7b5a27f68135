#include "scan/py_text.h"

#include "base/status.h"

enum { WHOLE = 1 << 14, PART_A = 1 << 15, PART_B = 1 << 16, PART_C = 1 << 17, PART_D = 1 << 18, PART_E = 1 << 19 };

/* A pattern gives its bits; the PART bits are put together below. */
static const struct {
	struct bytes text;
	unsigned bits;
} patterns[] = {
	{ LIT(".aws/"), TEXT_CRED },
	{ LIT("/.aws"), TEXT_CRED },
	{ LIT(".ssh/"), TEXT_CRED },
	{ LIT("/.ssh"), TEXT_CRED },
	{ LIT(".ssh"), TEXT_CRED | WHOLE },
	{ LIT(".aws"), TEXT_CRED | WHOLE },
	{ LIT(".env"), TEXT_CRED | WHOLE },
	{ LIT("id_rsa"), TEXT_CRED },
	{ LIT("id_ed25519"), TEXT_CRED },
	{ LIT("id_ecdsa"), TEXT_CRED },
	{ LIT(".pypirc"), TEXT_CRED },
	{ LIT(".netrc"), TEXT_CRED },
	{ LIT(".npmrc"), TEXT_CRED },
	{ LIT(".git-credentials"), TEXT_CRED },
	{ LIT(".docker/config.json"), TEXT_CRED },
	{ LIT(".kube/config"), TEXT_CRED },
	{ LIT(".config/gcloud"), TEXT_CRED },
	{ LIT("application_default_credentials"), TEXT_CRED },
	{ LIT("/etc/shadow"), TEXT_CRED },
	{ LIT("/etc/passwd"), TEXT_CRED },
	{ LIT("/proc/self/environ"), TEXT_CRED },
	{ LIT(".bash_history"), TEXT_CRED },
	{ LIT(".gnupg"), TEXT_CRED },
	{ LIT("login data"), TEXT_CRED | WHOLE },
	{ LIT("/login data"), TEXT_CRED },
	{ LIT("cookies.sqlite"), TEXT_CRED },
	{ LIT("logins.json"), TEXT_CRED },
	{ LIT("key4.db"), TEXT_CRED },
	{ LIT("wallet.dat"), TEXT_CRED },
	{ LIT("local storage/leveldb"), TEXT_CRED },
	{ LIT("google/chrome/user data"), TEXT_CRED },
	{ LIT("google-chrome/default"), TEXT_CRED },
	{ LIT("/exodus"), TEXT_CRED },
	{ LIT("electrum/wallets"), TEXT_CRED },
	{ LIT("telegram desktop/tdata"), TEXT_CRED },
	{ LIT("login.keychain"), TEXT_CRED },
	{ LIT("/api/webhooks/"), TEXT_EXFIL },
	{ LIT("api.telegram.org"), TEXT_EXFIL },
	{ LIT("pipedream.net"), TEXT_EXFIL },
	{ LIT("requestbin"), TEXT_EXFIL },
	{ LIT("webhook.site"), TEXT_EXFIL },
	{ LIT(".oast."), TEXT_EXFIL },
	{ LIT("interact.sh"), TEXT_EXFIL },
	{ LIT("burpcollaborator"), TEXT_EXFIL },
	{ LIT("ngrok.io"), TEXT_EXFIL },
	{ LIT("ngrok.app"), TEXT_EXFIL },
	{ LIT("ngrok-free"), TEXT_EXFIL },
	{ LIT("pastebin.com"), TEXT_EXFIL },
	{ LIT("hastebin"), TEXT_EXFIL },
	{ LIT("paste.ee"), TEXT_EXFIL },
	{ LIT("transfer.sh"), TEXT_EXFIL },
	{ LIT("anonfiles"), TEXT_EXFIL },
	{ LIT("gofile.io"), TEXT_EXFIL },
	{ LIT("rentry.co"), TEXT_EXFIL },
	{ LIT("hooks.slack.com"), TEXT_EXFIL },
	{ LIT("beeceptor.com"), TEXT_EXFIL },
	{ LIT("trycloudflare.com"), TEXT_EXFIL },
	{ LIT("dnslog.cn"), TEXT_EXFIL },
	{ LIT(".onion/"), TEXT_EXFIL },
	{ LIT("stratum+tcp:"), TEXT_MINER },
	{ LIT("stratum+ssl:"), TEXT_MINER },
	{ LIT("xmrig"), TEXT_MINER },
	{ LIT("/etc/cron"), TEXT_PERSISTENCE },
	{ LIT("crontab"), TEXT_PERSISTENCE },
	{ LIT(".bashrc"), TEXT_PERSISTENCE },
	{ LIT(".bash_profile"), TEXT_PERSISTENCE },
	{ LIT(".zshrc"), TEXT_PERSISTENCE },
	{ LIT("/.profile"), TEXT_PERSISTENCE },
	{ LIT("systemd/user"), TEXT_PERSISTENCE },
	{ LIT("/etc/systemd"), TEXT_PERSISTENCE },
	{ LIT("programs/startup"), TEXT_PERSISTENCE },
	{ LIT("launchagents"), TEXT_PERSISTENCE },
	{ LIT("launchdaemons"), TEXT_PERSISTENCE },
	{ LIT("currentversion/run"), TEXT_PERSISTENCE },
	{ LIT("autostart/"), TEXT_PERSISTENCE },
	{ LIT("/etc/rc.local"), TEXT_PERSISTENCE },
	{ LIT("schtasks"), TEXT_PERSISTENCE },
	{ LIT("authorized_keys"), TEXT_PERSISTENCE },
	{ LIT("ld.so.preload"), TEXT_PERSISTENCE },
	{ LIT("sitecustomize"), TEXT_SITECUSTOMIZE },
	{ LIT("usercustomize"), TEXT_SITECUSTOMIZE },
	{ LIT(".pth"), TEXT_PTH },
	{ LIT("pip install"), TEXT_PIP },
	{ LIT("pip3 install"), TEXT_PIP },
	{ LIT("easy_install "), TEXT_PIP },
	{ LIT("/dev/tcp/"), TEXT_REVERSE_SHELL },
	{ LIT("bash -i"), TEXT_REVERSE_SHELL },
	{ LIT("nc -e"), TEXT_REVERSE_SHELL },
	{ LIT("twine"), PART_A },
	{ LIT("upload"), PART_B },
	{ LIT("curl "), PART_C },
	{ LIT("wget "), PART_C },
	{ LIT("base64 -d"), PART_C | PART_E },
	{ LIT("base64 --decode"), PART_C | PART_E },
	{ LIT("| sh"), PART_D },
	{ LIT("|sh"), PART_D },
	{ LIT("| bash"), PART_D },
	{ LIT("|bash"), PART_D },
	{ LIT("| python"), PART_D },
	{ LIT("|python"), PART_D },
	{ LIT("$(curl"), TEXT_SHELL_FETCH },
	{ LIT("downloadstring"), TEXT_SHELL_FETCH },
	{ LIT("invoke-expression"), TEXT_SHELL_FETCH },
	{ LIT("frombase64string"), TEXT_ENCODED_COMMAND },
	{ LIT("-encodedcommand"), TEXT_ENCODED_COMMAND },
	{ LIT("-enc "), TEXT_ENCODED_COMMAND },
	{ LIT("-enc"), TEXT_ENCODED_COMMAND | WHOLE },
	{ LIT("certutil -decode"), TEXT_ENCODED_COMMAND },
};

static unsigned char fold(unsigned char c)
{
	return c == '\\' ? '/' : byte_lower(c);
}

/* Both cases of a letter; '\\' beside '/'. */
static size_t variants(unsigned char c, unsigned char out[2])
{
	out[0] = c;
	out[1] = byte_is_lower(c) ? (unsigned char)(c - 32) : c == '/' ? '\\' : c;
	return out[1] == c ? 1 : 2;
}

void text_matcher_init(struct text_matcher *m)
{
	*m = (struct text_matcher){ 0 };
	for (size_t i = 0; i < COUNT(patterns); i++) {
		unsigned char a[2], b[2];
		size_t n_a = variants(patterns[i].text.data[0], a), n_b = variants(patterns[i].text.data[1], b);
		for (size_t k = 0; k < n_a * n_b; k++) {
			unsigned pair = (unsigned)a[k % n_a] << 8 | b[k / n_a];
			m->pairs[pair / 8] |= (unsigned char)(1U << pair % 8);
		}
	}
}

/* text is at least two bytes. */
static bool matches(struct bytes text, struct bytes pattern)
{
	if (text.size < pattern.size || fold(text.data[0]) != pattern.data[0] || fold(text.data[1]) != pattern.data[1])
		return false;
	for (size_t i = 2; i < pattern.size; i++)
		if (fold(text.data[i]) != pattern.data[i])
			return false;
	return true;
}

unsigned text_match(const struct text_matcher *m, struct bytes text)
{
	unsigned bits = 0;
	text = bytes_part(text, 0, 65536);
	for (size_t i = 0; i + 1 < text.size; i++) {
		unsigned pair = (unsigned)text.data[i] << 8 | text.data[i + 1];
		if (!(m->pairs[pair / 8] & 1U << pair % 8))
			continue;
		struct bytes here = { text.data + i, text.size - i };
		for (size_t k = 0; k < COUNT(patterns); k++)
			if (matches(here, patterns[k].text) && (!(patterns[k].bits & WHOLE) || patterns[k].text.size == text.size))
				bits |= patterns[k].bits;
	}
	if ((bits & PART_A) && (bits & PART_B))
		bits |= TEXT_UPLOAD;
	if ((bits & PART_C) && (bits & PART_D))
		bits |= bits & PART_E ? TEXT_ENCODED_COMMAND : TEXT_SHELL_FETCH;
	return bits & (WHOLE - 1);
}

/* x * log2(x) for whole x, scaled by 1024: the logarithm by squaring, 10 bits of it. */
static uint64_t x_log2_x(uint64_t x)
{
	if (x < 2)
		return 0;
	unsigned whole = 63 - (unsigned)__builtin_clzll(x);
	uint64_t mantissa = whole > 30 ? x >> (whole - 30) : x << (30 - whole), bits = whole;
	for (int i = 0; i < 10; i++) {
		mantissa = mantissa * mantissa >> 30;
		bits = bits << 1 | (mantissa >> 31);
		mantissa >>= mantissa >> 31;
	}
	return x * bits;
}

unsigned text_entropy(struct bytes text)
{
	enum { LEAST = 200 };
	uint32_t counts[256] = { 0 };
	if (text.size < LEAST)
		return 0;
	text = bytes_part(text, 0, 65536);
	for (size_t i = 0; i < text.size; i++)
		counts[text.data[i]]++;
	size_t dense = counts['+'] + counts['/'] + counts['='] + counts['-'] + counts['_'];
	for (size_t i = 0; i < 256; i++)
		dense += byte_is_alnum((unsigned char)i) ? counts[i] : 0;
	if (dense < text.size - text.size / 20) /* words and patterns have blanks and marks */
		return 0;
	uint64_t sum = 0;
	for (size_t i = 0; i < 256; i++)
		sum += x_log2_x(counts[i]);
	uint64_t whole = x_log2_x(text.size);
	return (unsigned)((whole - sum) * 100 / 1024 / text.size);
}
