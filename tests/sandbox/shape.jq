# What two JSON values have in common but their content: keys and types.

# The shape of a value: objects by key, an array as the shape of its elements.
# Keys that hold data (ids, names of properties) are left to the caller.
def shape:
	if type == "object" then map_values(shape)
	elif type == "array" then map(shape) | unique
	else type end;

# Where $b differs in shape from $a, as paths with a reason. null agrees with
# anything, and so does an empty array with any other: neither tells a shape.
def differs($a; $b; $at):
	if $a == null or $b == null then empty
	elif ($a | type) != ($b | type) then
		"\($at): \($a | type) and \($b | type)"
	elif ($a | type) == "object" then
		(($a | keys) - ($b | keys) | .[] | "\($at).\(.): missing"),
		(($b | keys) - ($a | keys) | .[] | "\($at).\(.): too much"),
		((($a | keys) - (($a | keys) - ($b | keys)))[] as $k
			| differs($a[$k]; $b[$k]; "\($at).\($k)"))
	elif ($a | type) == "array" then
		if ($a | length) == 0 or ($b | length) == 0 then empty
		else range([($a | length), ($b | length)] | min) as $i
			| differs($a[$i]; $b[$i]; "\($at)[\($i)]") end
	else empty end;

# The first input is what was recorded, the second what was answered.
def compare: [differs(.[0]; .[1]; "")];
