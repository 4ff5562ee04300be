final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    name = "${pname}-${version}";
    pname = "tool-py";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      name = "${pname}-${version}-source";
      owner = "owner";
      repo = pname;
      rev = "${pname}-v${version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    passthru.old = "1.2.0";
    meta = {
      changelog = "https://github.com/owner/${pname}/blob/${src.rev}/CHANGELOG.md";
      # 1.2.0
      downloadPage = "https://example.org/${version}/${pname}-1.2.0.tar.gz";
    };
  };
}
