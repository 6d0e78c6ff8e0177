"""The administration's pages of programmes, projects, organisations, partners, roles and good practices."""

from django.contrib import admin
from django.forms import Form
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from .models import Criterion, GoodPractice, Membership, Organisation, Partner, Phase, Programme, Project, Semester
from .spreadsheets import SafeCSV, SafeXLSX


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class PhaseInline(admin.TabularInline):
    model = Phase
    extra = 0
    fields = ["position", "name", "starts_on", "ends_on"]


class SemesterInline(admin.TabularInline):
    model = Semester
    extra = 0
    fields = ["number", "starts_on", "ends_on", "theme"]


class PartnerInline(admin.TabularInline):
    model = Partner
    extra = 0
    fields = ["number", "organisation", "is_lead", "slug"]
    autocomplete_fields = ["organisation"]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["acronym", "full_name", "programme", "is_demonstration"]
    list_filter = ["programme", "is_demonstration"]
    list_select_related = ["programme"]
    search_fields = ["acronym", "full_name"]
    prepopulated_fields = {"slug": ["acronym"]}
    inlines = [PhaseInline, SemesterInline, PartnerInline]
    # The lead says it on the page of the evidence, and only ever a later day.
    readonly_fields = ["evidence_kept_until"]


class OrganisationResource(resources.ModelResource):
    """Organisations as a table; the same name in the same town is the same one."""

    class Meta:
        model = Organisation
        fields = import_order = export_order = ["name", "kind", "city", "region", "nuts", "country"]
        import_id_fields = ["name", "city", "country"]
        skip_unchanged = True
        report_skipped = True
        # So that a row that breaks a rule of the model is explained beside it.
        clean_model_instances = True


@admin.register(Organisation)
class OrganisationAdmin(ImportExportModelAdmin):
    resource_classes = [OrganisationResource]
    formats = [SafeXLSX, SafeCSV]
    list_display = ["name", "kind", "city", "region", "country"]
    list_filter = ["kind", "country"]
    # Folded as everywhere, so that “gavle” finds Gävle.
    search_fields = ["search_text", "name"]

    def add_data_read_fail_error_to_form(self, form: Form, e: Exception) -> None:
        # Our formats say in words what is wrong; the package would show the name of the exception.
        form.add_error("import_file", str(e))


@admin.register(Partner)
class PartnerAdmin(admin.ModelAdmin):
    list_display = ["organisation", "project", "number", "is_lead"]
    list_filter = ["project", "is_lead"]
    list_select_related = ["organisation", "project"]
    search_fields = ["organisation__search_text", "organisation__name", "project__acronym"]
    autocomplete_fields = ["project", "organisation"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "role", "programme", "project", "partner", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["user", "programme", "project", "partner__organisation"]
    search_fields = ["user__email", "user__name"]
    autocomplete_fields = ["user", "programme", "project", "partner"]


@admin.register(GoodPractice)
class GoodPracticeAdmin(admin.ModelAdmin):
    list_display = ["name", "project", "owner", "state"]
    list_filter = ["project", "state"]
    list_select_related = ["project", "owner__organisation"]
    search_fields = ["name"]
    autocomplete_fields = ["project", "owner"]


@admin.register(Criterion)
class CriterionAdmin(admin.ModelAdmin):
    list_display = ["text", "project", "position"]
    list_filter = ["project"]
    list_select_related = ["project"]
    search_fields = ["text"]
    autocomplete_fields = ["project"]
