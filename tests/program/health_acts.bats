#!/usr/bin/env bats
# health-server's acts: what each of them runs, who may, and what is noted. The scripts
# are fakes that note how they were called; tests/run/acts.bats does them for real.

load ../helper
load ../health

setup() {
	common_setup
	export SYNC_LOG_DIR=$T/logs SYNC_STATE_DIR=$T/state SYNC_CONTROL_TOKEN=a-token-of-this-test
	mkdir logs scripts
	both 60
	for script in sync-now controls; do
		cat >"scripts/$script.sh" <<-SCRIPT
			#!/bin/sh
			cd "$T"
			echo "$script.sh \$*" >>started
			case "\$*" in *--json*) cat plan; echo 'plan: a message' >&2 ;; *) echo said ;; esac
			while [ -e go-on ]; do sleep 0.05; done
			[ ! -e code ] || exit "\$(cat code)"
		SCRIPT
		chmod +x "scripts/$script.sh"
	done
}

teardown() {
	stop_server
	common_teardown
}

# act NAME [BODY [HEADER…]]: as the page does it, but without curl: $code, $body.
act() {
	ask "${URL##*:}" POST "/control/$1" "${2-}" "Authorization: Bearer $SYNC_CONTROL_TOKEN" \
		"Content-Type: ${TYPE-application/json}" "${@:3}" || true
	[[ $HEAD =~ ^HTTP/1\..\ ([0-9]+) ]] && code=${BASH_REMATCH[1]} body=${REPLY%$'\n'}
}

must_act() {
	act "${@:2}"
	[[ $code == "$1" ]] || { echo "${*:2}: $code instead of $1: $body"; return 1; }
}

# look CODE PATH [HEADER…]
look() {
	ask "${URL##*:}" GET "$2" '' "${@:3}" || true
	[[ $HEAD == "HTTP/1."?" $1 "* ]] || { echo "${*:2}: $HEAD"; return 1; }
}

# ended: the act that was answered last has ended; $control is what the page knows.
ended() {
	local n id
	id=$("$JQ" .id <<<"$body")
	for ((n = 0; n < 100; n++)); do
		ask "${URL##*:}" GET /status.json '' "Authorization: Bearer $SYNC_CONTROL_TOKEN"
		control='{'${REPLY#*\"control\":\{} control=${control%\}}
		[[ $control != *"\"last\":{\"id\":$id,"* ]] || return 0
		nap 0.1
	done
	echo "act $id has not ended: $control"
	return 1
}

ID=3f0c1d2e-0000-4000-8000-0000000000aa
OTHER=77ab90c4-0000-4000-8000-0000000000bb
RUN=20261125T193500Z-7
RUNS='--quiet --last-rules --limit=21600' # of each act that is a run of the sync

@test "each act runs its command, with nothing else in it, and is noted with who asked" {
	start_server --scripts "$T/scripts"
	local n=0 name body want
	while IFS='|' read -r name body want; do
		must_act 202 "$name" "$body" 'X-Forwarded-For: 203.0.113.7, evil"\n<b>'
		n=$((n + 1))
		[[ $body =~ ^\{\"id\":[0-9]+,\"act\":\"$name\"\}$ ]] || { echo "$body"; return 1; }
		ended
		[[ $(tail -n 1 started) == "$want" ]] || { tail -n 1 started; echo "instead of $want"; return 1; }
	done <<-TEXT
		sync-now||sync-now.sh $RUNS
		sync-now|{"full":true,"retry":true,"orphans":"restore"}|sync-now.sh $RUNS --full --retry --orphans restore
		sync-now|{"plan":"$ID","orphans":"restore"}|sync-now.sh $RUNS --only-plan $ID --orphans restore
		approve|{"plan":"$ID","ids":["${ID//-/}","${OTHER^^}"]}|controls.sh approve --plan $ID $ID $OTHER
		approve|{"plan":"$ID","all":["trash:notion","create"]}|controls.sh approve --plan $ID --all trash:notion,create
		resolve|{"id":"$ID","take":"notion"}|controls.sh resolve $ID --take notion --quiet --limit=21600
		resolve|{"id":"$ID","take":"supabase","fields":["type","date"]}|controls.sh resolve $ID --take supabase --field type --field date --quiet --limit=21600
		resolve|{"id":"$ID","take":"notion","seen":"0123456789abcdef"}|controls.sh resolve $ID --take notion --seen 0123456789abcdef --quiet --limit=21600
		allow|{"plan":"$ID"}|sync-now.sh $RUNS --only-plan $ID --allow-plan $ID
		undo|{"run":"$RUN","plan":"$ID"}|controls.sh undo $RUN --quiet --limit=21600 --plan $ID
		undo|{"run":"$RUN","plan":"$ID","allow":true}|controls.sh undo $RUN --quiet --limit=21600 --plan $ID --allow-plan $ID
	TEXT
	[[ $($JQ -c '[.enabled, .private, .running, .plan, .last.act, .last.exit_code, .last.output, .last.cut]' \
		<<<"$control") == '[true,false,null,null,"undo",0,"said\n",false]' ]] || { echo "$control"; return 1; }
	# The log tells who, in one line each; and nothing of the token.
	grep -F "msg=\"resolve $ID --take notion asked for by 127.0.0.1 (X-Forwarded-For: 203.0.113.7, evil??n?b?)\"" \
		logs/sync.log || { cat logs/sync.log; return 1; }
	[[ $(grep -c 'program=health-server.*asked for by 127.0.0.1' logs/sync.log) == "$n" ]]
	grep -q 'msg="allow ended: exit code 0"' logs/sync.log
	run ! grep -r "$SYNC_CONTROL_TOKEN" logs server.err server.out
	# Over the rate of all together; to sign in and to look is still possible.
	must_act 202 sync-now
	ended
	must_act 429 sync-now
	[[ $body == *"too many acts"* && $HEAD =~ Retry-After:\ ([1-9]|[1-5][0-9]|60)$'\r' ]] || { echo "$HEAD"; return 1; }
	must_act 204 sign-in '{}'
	must_get 200 /status.json
	[[ $(grep -c . started) == 12 ]]
}

@test "a body that is not what the act takes runs nothing" {
	start_server --scripts "$T/scripts"
	local name body
	while IFS='|' read -r name body; do
		must_act 400 "$name" "$body"
		[[ $body != *$'\n'* ]] || { echo "$body"; return 1; }
	done <<-TEXT
		sync-now|{"full":true
		sync-now|{"full":true} {"full":true}
		sync-now|{"full":true,"full":true}
		sync-now|[]
		sync-now|"full"
		sync-now|null
		sync-now|{"full":"true"}
		sync-now|{"ful":true}
		sync-now|{"Full":true}
		sync-now|{"allow":"mass-delete"}
		sync-now|{"orphans":"trash"}
		sync-now|{"orphans":null}
		sync-now|{"plan":"mass-delete"}
		sync-now|{"plan":null}
		sync-now|{"a\nb":1}
		dry-run|{"allow":"scope"}
		dry-run|{"orphans":"trash"}
		sign-in|{"token":"x"}
		approve|{}
		approve|{"plan":"$ID"}
		approve|{"plan":"$ID","ids":[]}
		approve|{"plan":"$ID","ids":"$ID"}
		approve|{"plan":"$ID","ids":["--all=trash"]}
		approve|{"plan":"$ID","ids":["$ID\n--all"]}
		approve|{"plan":"$ID","ids":["$ID\u0000"]}
		approve|{"plan":"$ID","ids":["3f0c"]}
		approve|{"plan":"--allow=mass-delete","ids":["$ID"]}
		approve|{"plan":"$ID","ids":["$ID"],"all":["trash"]}
		approve|{"plan":"$ID","all":["trash","link"]}
		approve|{"plan":"$ID","all":["trash:notion,create"]}
		approve|{"plan":"$ID","all":["trash:"]}
		approve|{"plan":"$ID","all":[7]}
		resolve|{"id":"$ID;rm -rf /","take":"notion"}
		resolve|{"id":"--allow=mass-delete","take":"notion"}
		resolve|{"id":"$ID","take":"--full"}
		resolve|{"id":"$ID","take":"both"}
		resolve|{"id":"$ID"}
		resolve|{"id":"$ID","take":"notion","fields":["id"]}
		resolve|{"id":"$ID","take":"notion","fields":[]}
		resolve|{"id":"$ID","take":"notion","seen":"--full"}
		resolve|{"id":"$ID","take":"notion","seen":"0123456789abcde"}
		resolve|{"id":"$ID","take":"notion","seen":"0123456789abcdef0"}
		resolve|{"id":"$ID","take":"notion","seen":null}
		allow|{}
		allow|{"plan":"mass-delete"}
		allow|{"plan":{"id":"$ID"}}
		undo|{"run":"$RUN"}
		undo|{"run":"last","dry_run":true}
		undo|{"run":"../../etc","dry_run":true}
		undo|{"run":"$RUN\n","dry_run":true}
		undo|{"run":"$RUN","dry_run":true,"plan":"$ID"}
		undo|{"run":"$RUN","dry_run":true,"allow":true}
	TEXT
	TYPE=text/plain must_act 415 sync-now '{"full":true}'
	TYPE=application/x-www-form-urlencoded must_act 415 sync-now full=true
	TYPE=application/jsonp must_act 415 sync-now '{}'
	printf '{"full":%65536s}' true >long
	local long=(-X POST --data-binary @long -H "Authorization: Bearer $SYNC_CONTROL_TOKEN" -H 'Content-Type: application/json')
	must_get 413 /control/sync-now "${long[@]}"
	get /control/sync-now "${long[@]}" -H 'Transfer-Encoding: chunked'
	[[ $code == 000 || $code == 413 ]]
	must_act 404 approve-all '{}'
	must_act 404 '' '{}'
	must_get 405 /control/approve
	[[ ! -e started ]] || { cat started; return 1; }
	TYPE='Application/JSON; charset=utf-8' must_act 202 sync-now '{"full":true}'
	ended
	printf '{"retry":true}' >long
	must_get 202 /control/sync-now "${long[@]}" -H 'Transfer-Encoding: chunked'
	ended
	[[ $(<started) == *"--full"*"--retry" ]]
}

@test "without, with a wrong and with an old token nothing is read or done, and it is noted" {
	start_server --scripts "$T/scripts"
	must_act 204 sign-in '{}'
	local old=$SYNC_CONTROL_TOKEN name
	stop_server
	export SYNC_CONTROL_TOKEN=another-token-of-this-test
	start_server --scripts "$T/scripts"
	must_act 403 sync-now '{}' 'Sec-Fetch-Site: cross-site'
	must_act 403 sync-now '{}' 'Origin: https://elsewhere.example'
	for name in sync-now approve resolve; do
		must_get 401 "/control/$name" -X POST -H "Authorization: Bearer $old" -H 'X-Forwarded-For: 198.51.100.9'
	done
	must_get 401 /control/undo -X POST -d '{}' -H 'Content-Type: application/json'
	must_get 401 /control/sign-in -X POST -H "Authorization: Bearer ${SYNC_CONTROL_TOKEN}x"
	grep -qi '^www-authenticate: bearer' head
	must_get 429 /control/allow -X POST -H "Authorization: Bearer $old"
	must_get 429 /control/allow -X POST -H "Authorization: Bearer $old"
	# A wrong body under a wrong token is a wrong token.
	must_get 429 /control/approve -X POST -d '{' -H 'Content-Type: application/json'
	[[ ! -e started ]]
	[[ $(grep -c 'wrong token for' logs/sync.log) == 6 ]] || { cat logs/sync.log; return 1; }
	grep -qF 'level=warn run=- program=health-server msg="wrong token for resolve, from 127.0.0.1 (X-Forwarded-For: 198.51.100.9)"' logs/sync.log
	grep -qF 'wrong token for allow, and no more of them in this minute are noted' logs/sync.log
	grep -qF 'msg="sign-in from 127.0.0.1"' logs/sync.log
	run ! grep -r -e "$old" -e "$SYNC_CONTROL_TOKEN" logs server.err
	must_act 202 sync-now '{}'
}

@test "one at a time; a plan is kept apart from what is said, until a later run begins" {
	start_server --scripts "$T/scripts"
	jq -nc --arg id "$ID" '{kind: "head", stream: "plan", v: 1, plan_id: $id},
		{kind: "op", reason: ("x" * 3000)}, range(600) | if type == "number" then {kind: "op", n: ., reason: ("y" * 300)} else . end' >plan
	touch go-on
	echo 3 >code
	must_act 202 undo "{\"run\":\"$RUN\",\"dry_run\":true}"
	local answer=$body
	sleep 0.3
	must_act 429 sync-now '{}'
	[[ $body == *"still under way"* ]]
	[[ $HEAD == *'Retry-After: 5'* ]]
	must_get 200 /status.json
	[[ $($JQ -c '.control | [.running.id, .running.act, (.running.started_at | length), .last, .plan]' body) == "[$(jq .id <<<"$answer"),\"undo\",27,null,null]" ]] ||
		{ cat body; return 1; }
	rm go-on
	body=$answer
	ended
	[[ $(<started) == "controls.sh undo $RUN --quiet --limit=21600 --dry-run --json" ]]
	[[ $($JQ -c '[.last.output, .last.exit_code, .plan.id, .plan.kind, .plan.run_id, .plan.plan_id]' <<<"$control") == \
		"[\"plan: a message\\n\",3,$(jq .id <<<"$answer"),\"undo\",\"$RUN\",\"$ID\"]" ]] || { echo "$control"; return 1; }
	rm code
	# What can't be made leaves no plan, and takes away the one from before.
	echo '{"kind":"head"' >plan
	must_act 202 dry-run ''
	ended
	[[ $($JQ .plan <<<"$control") == null ]]
	printf '{"kind":"head","plan_id":"%s"}\n' "$ID" >plan
	must_act 202 dry-run '{"orphans":"restore"}'
	ended
	[[ $($JQ -c '[.plan.kind, .plan.run_id, .plan.orphans]' <<<"$control") == '["dry-run",null,"restore"]' ]]
	[[ $(tail -n 1 started) == "sync-now.sh $RUNS --orphans restore --dry-run --json" ]]
	must_get 200 /api/plan
	[[ $($JQ -r .orphans body) == restore ]]
	summary -10 '{"run_id":"20261125T194000Z-9"}' >logs/last_run.json
	sleep 1.1
	ended
	[[ $($JQ .plan <<<"$control") == null ]] || { echo "$control"; return 1; }
	# Busy elsewhere: how the run ended is told.
	echo 75 >code
	must_act 202 sync-now
	ended
	[[ $($JQ .last.exit_code <<<"$control") == 75 ]]
	# A page that is open from before a restart knows none of the acts after it.
	answer=$body
	stop_server
	start_server --scripts "$T/scripts"
	must_act 202 sync-now
	(($($JQ .id <<<"$body") > $(jq .id <<<"$answer"))) || { echo "$body after $answer"; return 1; }
}

@test "a private page shows values only to who signs in" {
	export SYNC_PAGE_PRIVATE=1
	start_server --scripts "$T/scripts" --prefix /vault
	local path right="Authorization: Bearer $SYNC_CONTROL_TOKEN" n
	URL=${URL%/vault/}
	for path in /status.json /api/activity /api/plan /api/nothing /vault/api/runs/last; do
		for n in 1 2; do look 401 "$path"; done
		[[ $HEAD == *'WWW-Authenticate: Bearer'* ]]
	done
	must_get 401 /status.json -I
	printf 'time=%s level=error run=- program=apply msg="a text of a record"\n' "$(date -u +%FT%TZ)" >>logs/sync.log
	for path in / /livez /metrics /health; do look 200 "$path"; done
	[[ $REPLY == *'"totals"'* && $REPLY != *'a text of a record'* ]] || { echo "$REPLY"; return 1; }
	look 200 /
	[[ $REPLY == *'type="application/json">{}</script>'* ]]
	look 200 /status.json "$right"
	[[ $($JQ -c '.control | [.enabled, .private]' <<<"$REPLY") == '[true,true]' ]]
	look 200 /vault/status.json "$right"
	look 404 /api/nothing "$right"
	for n in 1 2 3 4 5; do look 401 /status.json "Authorization: Bearer wrong-token-of-this-$n"; done
	look 429 /status.json 'Authorization: Bearer wrong-token-of-this-test'
	look 200 /status.json "$right"
	[[ $(grep -c 'wrong token for reading, ' logs/sync.log) == 6 ]]
	# Behind a proxy that asks for a password of its own, which is no guess.
	right="X-Sync-Token: $SYNC_CONTROL_TOKEN"
	look 401 /status.json 'Authorization: Basic b3duZXI6cGFzc3dvcmQ='
	look 200 /status.json 'Authorization: Basic b3duZXI6cGFzc3dvcmQ=' "$right"
	look 429 /status.json 'X-Sync-Token: wrong-token-of-this-test'
	ask "${URL##*:}" POST /control/sign-in '{}' 'Authorization: Basic b3duZXI6cGFzc3dvcmQ=' "$right" 'Content-Type: application/json' || true
	[[ $HEAD == "HTTP/1."?" 204 "* ]] || { echo "$HEAD"; return 1; }
	stop_server
	SYNC_PAGE_PRIVATE=yes must_fail "$RC_CONFIG" "$BIN/health-server" --listen 127.0.0.1:0
	must_say 'SYNC_PAGE_PRIVATE must be 1 or 0'
	unset SYNC_CONTROL_TOKEN
	must_fail "$RC_CONFIG" "$BIN/health-server" --listen 127.0.0.1:0
	must_say 'SYNC_PAGE_PRIVATE is 1.*SYNC_CONTROL_TOKEN'
	SYNC_PAGE_PRIVATE='' start_server --scripts "$T/scripts"
	look 200 /status.json
	[[ $(jq -c .control <<<"$REPLY") == '{"enabled":false,"private":false,"running":null,"last":null,"plan":null}' ]]
}
