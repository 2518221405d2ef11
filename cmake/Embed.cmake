# Files that become C at build time: SQL statements, migrations, the list of tools.
set(NINEPENCE_GENERATED ${PROJECT_BINARY_DIR}/generated)
set(NINEPENCE_AWK ${PROJECT_SOURCE_DIR}/script/sql_to_c.awk)

# One header per SQL file: tools/x.sql becomes generated/tools/x.sql.h. Files in tools/support that
# hold no statement of their own are there to be included.
function(ninepence_embed_sql path ret_header)
    set(header ${NINEPENCE_GENERATED}/${path}.h)
    get_filename_component(folder ${header} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(GLOB fragments CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/support/*.sql)
    add_custom_command(
        OUTPUT ${header}
        COMMAND awk -v file=${path} -v support=tools/support -f ${NINEPENCE_AWK} ${path} > ${header}.new
        COMMAND ${CMAKE_COMMAND} -E rename ${header}.new ${header}
        DEPENDS ${PROJECT_SOURCE_DIR}/${path} ${NINEPENCE_AWK} ${fragments}
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
    set(${ret_header} ${header} PARENT_SCOPE)
endfunction()

function(ninepence_embed_statements ret_headers)
    file(GLOB paths CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
         ${PROJECT_SOURCE_DIR}/tools/*.sql ${PROJECT_SOURCE_DIR}/tools/support/*.sql
         ${PROJECT_SOURCE_DIR}/tools/resources/*.sql
         ${PROJECT_SOURCE_DIR}/schema/demo/*.sql)
    set(headers)
    foreach(path ${paths})
        ninepence_embed_sql(${path} header)
        list(APPEND headers ${header})
    endforeach()
    set(${ret_headers} ${headers} PARENT_SCOPE)
endfunction()

function(ninepence_embed_migrations ret_source)
    file(GLOB paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schema/[0-9]*.sql)
    list(SORT paths)
    set(source ${NINEPENCE_GENERATED}/schema/migrations.c)
    file(MAKE_DIRECTORY ${NINEPENCE_GENERATED}/schema)
    set(script ${PROJECT_SOURCE_DIR}/script/migrations_to_c.sh)
    add_custom_command(
        OUTPUT ${source}
        COMMAND ${script} ${paths} > ${source}.new
        COMMAND ${CMAKE_COMMAND} -E rename ${source}.new ${source}
        DEPENDS ${paths} ${script} VERBATIM)
    set(${ret_source} ${source} PARENT_SCOPE)
endfunction()

# FOLDER/x.c defines `const struct TYPE TYPE_x`; the header declares all of them, the source lists them
# sorted by name as TYPEs_all.
function(ninepence_list type folder ret_source)
    set(names)
    foreach(path ${ARGN})
        get_filename_component(name ${path} NAME_WE)
        list(APPEND names ${name})
    endforeach()
    list(SORT names)
    set(declarations "extern const struct ${type} *const ${type}s_all[];\n")
    set(rows)
    foreach(name ${names})
        string(APPEND declarations "extern const struct ${type} ${type}_${name};\n")
        string(APPEND rows "    &${type}_${name},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${NINEPENCE_GENERATED}/${folder}/list.h @ONLY CONTENT
"/* Made by cmake/Embed.cmake from the files in @folder@/. */
#include \"mcp/@type@.h\"

@declarations@")
    set(source ${NINEPENCE_GENERATED}/${folder}/list.c)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"/* Made by cmake/Embed.cmake from the files in @folder@/. */
#include \"@folder@/list.h\"

const struct @type@ *const @type@s_all[] = {
@rows@    NULL,
};
")
    set(${ret_source} ${source} PARENT_SCOPE)
endfunction()
