# shellcheck shell=bash
# Plays the pull request for drift, in a clone and with a script in place of GitHub. ci/rehearse sources this after its
# reports; this uses its variables and functions.
# shellcheck disable=SC2154

part 'drift: a pull request for changes, and none without them'
clone=$work/clone
git init --quiet --bare "$work/remote.git"
mkdir "$clone"
mkdir -p "$clone/src"
cp -r ci Cargo.toml README.md results "$clone/"
cp -r src/guide "$clone/src/"
plays 0 "$BROKENPIPE" accept "$work/baseline" --into "$clone/results" --yes
in_clone() { (cd "$clone" && "$@"); }
in_clone git init --quiet --initial-branch=main
in_clone git remote add origin "$work/remote.git"
plays 0 in_clone ci/datapackage
plays 0 in_clone ci/readme
in_clone git add .
in_clone git -c user.name=rehearsal -c user.email=rehearsal@localhost commit --quiet --message 'Begin'
# Answers as GitHub's interface does: with an error if the file gh.refuses is there, and else as its state is.
cat >"$work/bin/gh" <<END
#!/bin/sh
echo "gh \$*" >>"$work/gh"
case "\$1 \$3" in
    'api GET') cat "$work/gh.open" ;;
    'api POST')
        if [ -e "$work/gh.refuses" ]; then
            echo "gh: \$(cat "$work/gh.refuses")" >&2
            exit 1
        fi
        echo 7 >"$work/gh.open"
        echo https://ci.example/owner/name/pull/7
        ;;
esac
END
chmod +x "$work/bin/gh"
: >"$work/gh.open"

propose() {
    GITHUB_REPOSITORY=owner/name GITHUB_SERVER_URL=https://ci.example GITHUB_STEP_SUMMARY=$work/gh.summary PATH=$work/bin:$PATH \
        in_clone ci/propose "$@"
}
# Checks the content of a pull request: generated files are current, and nothing comes from a failed job.
drifted() {
    is 'the branch' "$(in_clone git branch --show-current)" drift
    is 'what the commit adds' "$(in_clone git diff --name-only main drift -- 'results/*-next.csv')" "results/$native-next.csv"
    is 'files of failed jobs in the commit' "$(in_clone git ls-files 'results/no-results.csv' 'results/retired.csv')" ''
    is 'what is left out of the commit' "$(in_clone git status --short)" ''
    is 'whether the commit has the new data package' "$(in_clone git diff --name-only main drift -- results/datapackage.json)" \
        results/datapackage.json
    plays 0 in_clone ci/datapackage --check
    plays 0 in_clone ci/readme --check
}
plays 0 in_clone ci/drift "$work/well" "$work/drift.md"
has "$log" 'changed=no'
is 'the branch' "$(in_clone git branch --show-current)" main

part 'drift: refused results of one job do not affect the others'
partly=$work/partly
mkdir -p "$partly/measured"
cp -r "$work/change/measured/changed" "$work/well/measured/native-1" "$partly/measured/"
sed -i '/,peer-reset\//d' "$partly/measured/native-1/$native.csv"
plays 0 in_clone ci/drift "$partly" "$work/partly.md"
has "$log" 'changed=yes'
has "$log" "ci/drift: refused: native-1: error: $native: "
has "$work/partly.md" "    native-1: error: $native: "
has_not "$work/partly.md" '    changed: '
has "$work/partly.md" 'ECONNRESET'
drifted
is 'what the commit changes of the refused' "$(in_clone git diff --name-only main drift -- "results/$native.csv")" ''
in_clone git checkout --quiet main
rm -r "$partly/measured/changed"
plays 2 in_clone ci/drift "$partly" "$work/partly.md"
has "$log" 'accept refused the results of every job'
is 'the branch' "$(in_clone git branch --show-current)" main
is 'what is changed when all were refused' "$(in_clone git status --short)" ''

part 'drift: the pull request'
plays 0 in_clone ci/drift "$work/change" "$work/drift.md"
has "$log" 'changed=yes'
has "$work/drift.md" 'ECONNRESET'
has_not "$work/drift.md" 'refused'
drifted
echo 'GitHub Actions is not permitted to create or approve pull requests. (HTTP 403)' >"$work/gh.refuses"
plays 1 propose "$work/drift.md" main
has "$work/gh.summary" '[Open it](https://ci.example/owner/name/compare/main...drift?expand=1)'
has "$work/gh.summary" 'ECONNRESET'
echo 'Validation Failed (HTTP 422)' >"$work/gh.refuses"
rm "$work/gh.summary"
plays 1 propose "$work/drift.md" main
has "$log" 'HTTP 422'
if [ -e "$work/gh.summary" ]; then wrong 'the summary has a link although the request is wrong'; fi
rm "$work/gh.refuses"
plays 0 propose "$work/drift.md" main
has "$work/gh" 'gh api --method POST repos/owner/name/pulls -f title=Accept what platforms do today -f head=drift -f base=main -F body=@'
is 'the branch of the remote' "$(git -C "$work/remote.git" rev-parse drift)" "$(in_clone git rev-parse drift)"
plays 0 propose "$work/drift.md" main
has "$work/gh" 'gh api --method PATCH repos/owner/name/pulls/7 -F body=@'
# `gh pr` asks for projects, which needs further rights.
has_not "$work/gh" 'gh pr'
played+='ci/drift ci/propose '
