# SPDX-License-Identifier: MIT
# Completion for bash. Commands, options and their words are asked of the program itself,
# so they are always its own. `make install` puts it where bash-completion looks; without
# that, source it in ~/.bashrc.
# shellcheck shell=bash

_dirbridge()
{
	local program=$1 current=$2 previous=$3 usage word value='' words=()

	# What is typed so far, without options and what belongs to them.
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $value$word in
		-c | --config | --store | --as) value=of ;;
		-*) ;;
		of*) value='' ;;
		*) words+=("$word") ;;
		esac
	done
	usage=$("$program" --help 2>/dev/null | sed -n 's/^  \([a-z]\)/\1/p')

	case $previous in
	-c | --config | --store)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	-?*)
		# --role member|owner offers both; --at TIME offers nothing
		value=$(awk -v first="${words[0]-}" -v second="${words[1]-}" \
			'$1 == first && ($2 == second || $2 !~ /^[a-z]/)' <<<"$usage" |
			grep -oE -e "$previous [^] ]+" | sed 's/.* //; s/|/ /g')
		case $value in
		'') [[ $previous != --as ]] || return ;;
		FILE)
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
			return
			;;
		*[A-Z]*) return ;;
		*)
			mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current")
			return
			;;
		esac
		;;
	esac

	case $current,${#words[@]} in
	-*,*)
		value=$("$program" "${words[@]:0:2}" --help 2>/dev/null |
			grep -oE -e '--[a-z][a-z-]+')
		;;
	*,0) value=$(cut -d ' ' -f 1 <<<"$usage") ;;
	*,1)
		value=$(awk -v first="${words[0]}" '$1 == first && $2 ~ /^[a-z]/ { print $2 }' \
			<<<"$usage")
		;;
	*) return ;;
	esac
	# A command of one word whose operand is a file.
	if [[ -z $value && -n $(awk -v first="${words[0]-}" \
		'$1 == first && $2 == "FILE"' <<<"$usage") ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current" | sort -u)
}

complete -F _dirbridge dirbridge
