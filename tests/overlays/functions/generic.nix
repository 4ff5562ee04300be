{ version, rev ? "v${version}", hash }:
{ stdenv, fetchFromGitLab }:
stdenv.mkDerivation {
  pname = "tool";
  inherit version;
  src = fetchFromGitLab {
    owner = "owner";
    repo = "tool";
    inherit rev hash;
  };
}
