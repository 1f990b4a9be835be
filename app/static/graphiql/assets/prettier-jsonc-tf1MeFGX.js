import{f as r,a as s}from"./index-aUMEQpdt.js";const a={jsonc:{astFormat:"formatted-jsonc",parse(t){const o=r(t,void 0,{insertSpaces:!0,tabSize:2,eol:`
`});return{text:s(t,o)}},locStart:()=>0,locEnd:({text:t})=>t.length}},n={"formatted-jsonc":{print:t=>t.node.text}};export{a as parsers,n as printers};
