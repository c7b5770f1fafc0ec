# The document of packaging/sbom.sh.
def rows($text): $text | split("\n") | map(select(. != "") | split("\t"));
def or_none: if . == "" or . == null then "NOASSERTION" else . end;
def id: gsub("[^A-Za-z0-9.-]"; "-");
def kind: {"alpine": "apk", "fedora": "rpm", "rhel": "rpm", "": "generic"}[$os] // "deb";
def purl($p): "pkg:\(kind)/\(if $os == "" then "" else $os + "/" end)\($p[0] | @uri)"
  + (if $p[1] == "" then "" else "@\($p[1] | @uri)" end)
  + (if $p[2] == "" then "" else "?arch=\($p[2] | @uri)" end);

(rows($files) | to_entries | map({
  SPDXID: "SPDXRef-File-\(.key + 1)",
  fileName: .value[0],
  checksums: [
    {algorithm: "SHA1", checksumValue: .value[1]},
    {algorithm: "SHA256", checksumValue: .value[2]}
  ],
  licenseConcluded: "MIT",
  copyrightText: $license
})) as $ours
| (rows($libraries) | map({
    SPDXID: "SPDXRef-Library-\(.[0] | id)",
    name: .[0],
    versionInfo: (.[1] | or_none),
    supplier: (if $os == "" then "NOASSERTION" else "Organization: \($os)" end),
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: "NOASSERTION",
    copyrightText: "NOASSERTION",
    comment: "linked as \(.[5])",
    externalRefs: [{referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl(.)}]
  }
  + (if .[3] == "" then {} else {sourceInfo: "built from the source package \(.[3])"} end)
  + (if .[4] == "" then {} else {homepage: .[4]} end))) as $libs
| {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: "\($name)-\($version)",
    documentNamespace: "https://spdx.org/spdxdocs/\($name)-\($version | @uri)-\($code)",
    creationInfo: {
      created: ($created | tonumber | todate),
      creators: ["Tool: \($name)-sbom.sh"]
    },
    documentDescribes: ["SPDXRef-Package"],
    packages: ([{
      SPDXID: "SPDXRef-Package",
      name: $name,
      versionInfo: $version,
      supplier: "NOASSERTION",
      downloadLocation: "NOASSERTION",
      primaryPackagePurpose: "APPLICATION",
      sourceInfo: (if $commit == "" then "built from an unknown commit" else "built from the git commit \($commit)" end),
      filesAnalyzed: true,
      packageVerificationCode: {packageVerificationCodeValue: $code},
      licenseConcluded: "MIT",
      licenseDeclared: "MIT",
      licenseInfoFromFiles: ["NOASSERTION"],
      copyrightText: $license,
      hasFiles: ($ours | map(.SPDXID))
    }
    + (if $package == "" then {} else {packageFileName: $package, checksums: [{algorithm: "SHA256", checksumValue: $sum}]} end)
    + (if $compiler == "" then {} else {comment: "compiled by \($compiler)"} end)] + $libs),
    files: ($ours | map(. + {licenseInfoInFiles: ["NOASSERTION"]})),
    relationships: ([{spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-Package"}]
      + ($libs | map({spdxElementId: "SPDXRef-Package", relationshipType: "DYNAMIC_LINK", relatedSpdxElement: .SPDXID})))
  }
