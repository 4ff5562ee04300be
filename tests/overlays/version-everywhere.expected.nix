final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    name = "${pname}-${version}";
    pname = "tool-py";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      name = "${pname}-${version}-source";
      owner = "owner";
      repo = pname;
      rev = "${pname}-v${version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    passthru.old = "1.2.0";
    meta = {
      changelog = "https://github.com/owner/${pname}/blob/${src.rev}/CHANGELOG.md";
      # 1.2.0
      downloadPage = "https://example.org/${version}/${pname}-1.2.0.tar.gz";
    };
  };
}
