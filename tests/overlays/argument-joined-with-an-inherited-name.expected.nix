final: prev: let
  all = {
    tool = rec {
      pname = "tool"; version = "2.0.0";
      src = prev.fetchgit { url = "https://github.com/example/tool.git"; rev = "refs/tags/v${version}"; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
    };
  };
  inherit (all) tool;
in {
  tool = prev.melpaBuild ({ doCheck = false; } // tool // { strictDeps = true; });
  other-tool = prev.mkDerivation { pname = "other-tool"; version = "1.2.0"; src = prev.fetchurl { url = "https://example.org/1.2.0.zip"; hash = "sha256-IRoq5NsY5iNTQTCfcBp9u+FIIDCZmTSrj7UtpN3GbDg="; }; };
}
