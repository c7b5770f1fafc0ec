# normalize and plan beside a second implementation of doc/semantics.md, which was
# written from the text alone, in another language (tests/model): a thousand random
# worlds, in which every op, reason and guard is seen, and not one difference.

load ../helper

@test "normalize and plan do what the model does, on a thousand random worlds" {
	command -v python3 >/dev/null || skip "no python3 on this machine: apt-get install python3"
	run --separate-stderr python3 "$ROOT/tests/model/compare.py" --worlds 1000 --counts --bin "$BIN" --keep "$T/differs.ndjson"
	[[ $output = "1000 worlds from seed 1: 0 differ"* ]] || seen "tests/model/compare.py finds a difference"
	[[ $status = 0 && $output != *"never: "* ]] || seen "the worlds have not made plan say all that it can say"
}

@test "a model with another rule is seen to differ" {
	command -v python3 >/dev/null || skip "no python3 on this machine: apt-get install python3"
	mkdir model && cp "$ROOT"/tests/model/*.py model/
	sed -i 's/"notion" if page_at > row_at else/"notion" if page_at >= row_at else/' model/content.py
	! cmp -s model/content.py "$ROOT/tests/model/content.py" || seen "the rule for ties"
	must_fail 1 python3 model/compare.py --worlds 100 --only plan --bin "$BIN" --keep "$T/differs.ndjson"
	[[ $output = *"seed "*" differs:"*"only plan: "* ]] || seen "the difference"
	[[ -s differs.ndjson ]] || seen "the world in a file"
}
