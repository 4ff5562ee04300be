# 1.2.0 "v1.2.0" ''1.2.0'' ${version}
final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    /* version = "1.2.0"; */ pname = "tool"; # pname
    version /* here */ = /* and here */ "2.0.0" /* and here */ ; # version = "1.2.0";
    src = prev.fetchPypi { inherit /* of the package */ pname version; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
    quoted = "version = \"1.2.0\"; \${version} $${version}";
    indented = ''
      version = "1.2.0"; ''${version} ${"${version}"}
      ''\n ''' ${if true then "1.2.0" else ""}
    '';
    path = ./1.2.0;
    uri = https://example.org/1.2.0;
    "1.2.0" = [ 1.2 0 (-1) .2 1.2e0 ];
    a.version = "1.2.0";
    a.src.version = "1.2.0";
  };
}
